"""Pages that attack the camera: what each does, and what must come of looking at it."""

from collections.abc import Callable
from dataclasses import dataclass

from sandboxes.screenshots import Reason, Shots
from tests.fixtures.pages import DOWNLOAD, LOOP, SLOW

Expected = Callable[[Shots], bool]


@dataclass(frozen=True, kw_only=True)
class Page:
    """`html` is served at /; `expected` must hold of what the camera brings back. `path` where another is opened."""

    id: str
    expected: Expected
    html: str = ""
    path: str = "/"


def seen(shots: Shots) -> bool:
    """There is a picture of the page as it stands."""
    found = shots.picture("stable")
    return found is not None and not found.blank


def reasons(shots: Shots) -> set[Reason]:
    """Why pictures are missing."""
    return {left.reason for left in shots.report.left_out}


def said(shots: Shots, *words: str) -> bool:
    """The console holds each of these."""
    lines = [line.text for line in shots.report.console]
    return all(any(word in line for line in lines) for word in words)


HEAD = "<!doctype html><h1>page</h1>"
OUTSIDE = ["http://127.0.0.1:8200/ready", "http://[::1]:8200/ready", "http://169.254.169.254/", "http://10.0.0.1:5432/"]
PAGES = [
    Page(
        id="camera-alert-loop",
        html=HEAD + "<script>setTimeout(() => { for (;;) alert('again') }, 50)</script>",
        expected=lambda shots: seen(shots) and shots.report.dialogs > 10,
    ),
    Page(
        id="camera-before-unload",
        html=HEAD + "<button onclick=\"location = '/elsewhere'\">Start</button>"
        "<script>onbeforeunload = (event) => { event.preventDefault(); return 'stay' }</script>",
        expected=lambda shots: seen(shots) and shots.report.dialogs >= 1,
    ),
    Page(
        id="camera-endless-navigation",
        html=HEAD + "<script>setTimeout(() => { location = '/?' + Math.random() }, 20)</script>",
        expected=lambda shots: seen(shots) and shots.report.navigations_stopped and shots.report.navigations <= 12,
    ),
    Page(
        id="camera-endless-refresh",
        html=HEAD + "<meta http-equiv=refresh content=0>",
        expected=lambda shots: seen(shots) and shots.report.navigations_stopped,
    ),
    Page(
        id="camera-endless-redirect",
        path=LOOP,
        expected=lambda shots: reasons(shots) == {Reason.NOT_LOADED} and "REDIRECT" in shots.report.load_error,
    ),
    Page(id="camera-never-answers", path=SLOW, expected=lambda shots: reasons(shots) <= {Reason.NO_TIME}),
    Page(
        id="camera-million-pixels",
        html=HEAD + "<div style='height: 1000000px; background: linear-gradient(red, blue)'></div>",
        expected=lambda shots: (
            seen(shots)
            and shots.report.document_height > 1_000_000
            and [found.height for found in shots.pictures if found.name == "full-page"] == [4000]
        ),
    ),
    Page(
        id="camera-noise",
        html="<!doctype html><canvas id=c width=1280 height=4000></canvas><script>const pen = c.getContext('2d');"
        "const all = pen.createImageData(1280, 4000), words = new Uint32Array(all.data.buffer);"
        "for (let at = 0; at < words.length; at++) words[at] = Math.random() * 2 ** 32 | 0xff000000;"
        "pen.putImageData(all, 0, 0)</script>",
        expected=lambda shots: all(len(found.png) <= 3 << 20 for found in shots.pictures),
    ),
    Page(
        id="camera-busy-at-once",
        html=HEAD + "<script>for (;;);</script>",
        expected=lambda shots: seen(shots) and shots.report.did_not_respond,
    ),
    Page(
        id="camera-busy-when-clicked",
        html=HEAD + '<button onclick="for (;;);">Start</button>',
        expected=lambda shots: seen(shots) and shots.report.did_not_respond,
    ),
    Page(
        id="camera-busy-for-ever",
        html=HEAD + "<script>setInterval(() => { for (;;); }, 0)</script>",
        expected=lambda shots: shots.report.did_not_respond,
    ),
    Page(
        id="camera-memory-bomb",
        html=HEAD + "<script>const all = []; setInterval(() => { for (let n = 0; n < 10; n++)"
        "all.push(new Uint8Array(2e7).fill(7)) }, 5)</script>",
        expected=lambda shots: shots.report.page_crashed and Reason.PAGE_CRASHED in reasons(shots),
    ),
    Page(
        id="camera-heap-bomb",
        html=HEAD + "<script>setTimeout(() => { const all = []; for (;;) all.push({ at: [1, 2, all.length] }) }, 100)"
        "</script>",
        expected=lambda shots: shots.report.page_crashed or shots.report.did_not_respond,
    ),
    Page(
        id="camera-popups",
        html=HEAD + "<script>for (let n = 0; n < 200; n++) open('/'); onclick = () => open('/')</script>"
        "<a href=/ target=_blank>Start</a>",
        expected=lambda shots: seen(shots) and shots.report.popups >= 200,
    ),
    Page(
        id="camera-downloads",
        html=HEAD + f"<iframe src={DOWNLOAD}></iframe><a href={DOWNLOAD} download>Start</a>",
        expected=lambda shots: seen(shots) and shots.report.downloads >= 1,
    ),
    Page(
        id="camera-file-chooser",
        html=HEAD + '<input type=file id=f hidden><button onclick="f.click()">Start</button>',
        expected=lambda shots: seen(shots) and shots.report.file_choosers == 1,
    ),
    Page(
        id="camera-fullscreen-and-pointer-lock",
        html=HEAD + '<button onclick="document.documentElement.requestFullscreen().catch(() => 0);'
        'document.body.requestPointerLock()">Start</button>',
        expected=lambda shots: seen(shots) and shots.picture("phone") is not None,
    ),
    Page(
        id="camera-print",
        html=HEAD + "<script>for (let n = 0; n < 50; n++) print(); console.log('went on')</script>",
        expected=lambda shots: seen(shots) and said(shots, "went on"),
    ),
    Page(
        id="camera-permissions",
        html=HEAD + "<script>navigator.geolocation.getCurrentPosition(() => 0, (error) => console.log('place', "
        "error.code)); Notification.requestPermission().then((word) => console.log('notice', word));"
        "(navigator.mediaDevices?.getUserMedia({ video: true }) ?? Promise.reject(new Error('absent')))"
        ".catch(() => console.log('no video'))</script>",
        expected=lambda shots: seen(shots) and said(shots, "place 1", "notice denied", "no video"),
    ),
    Page(
        id="camera-service-worker",
        html=HEAD + "<script>navigator.serviceWorker?.register('/worker.js'); setTimeout(async () => console.log("
        "'workers', (await navigator.serviceWorker.getRegistrations()).length), 200)</script>",
        expected=lambda shots: seen(shots) and said(shots, "workers 0"),
    ),
    Page(
        id="camera-console-flood",
        html=HEAD + "<script>setInterval(() => { for (;;) console.log('x'.repeat(1000), { a: 1 }) }, 0)</script>",
        expected=lambda shots: len(shots.report.console) == 100 and shots.report.console_total > 100,
    ),
    Page(
        id="camera-huge-lines",
        html=HEAD + "<script>document.title = 'x'.repeat(1e7); console.log('x'.repeat(3e7));"
        "Promise.reject(new Error('x'.repeat(1e7)))</script>",
        expected=lambda shots: len(shots.report.title) == 300 and len(shots.report.console[0].text) == 500,
    ),
    Page(
        id="camera-changed-built-ins",
        html="<!doctype html><title>true</title>" + HEAD + "<script>Object.defineProperty(document, 'title', { get() "
        "{ for (;;); } }); JSON.stringify = () => '{'; Document.prototype.createTreeWalker = null;"
        "Element.prototype.checkVisibility = () => { for (;;); }; performance.getEntriesByName = null;"
        "Array.prototype.map = Array.prototype.push = () => { throw 1 }</script>",
        expected=lambda shots: seen(shots) and shots.report.title == "true" and "page" in shots.report.text,
    ),
    Page(
        id="camera-reaches-out",
        html=HEAD + f"<script>for (const url of {OUTSIDE}) fetch(url, {{ mode: 'no-cors' }}).catch(() => 0)</script>"
        "<img src=https://example.org/a.png><iframe src=file:///etc/passwd></iframe>",
        # every name and address leads to the app, which has nothing there
        expected=lambda shots: (
            seen(shots)
            and {each.reason for each in shots.report.failed_requests if "/ready" in each.url} == {"HTTP 404"}
            and "root:" not in shots.report.text
        ),
    ),
    Page(
        id="camera-orders-pictures",
        html=HEAD + "<script>fetch('http://127.0.0.1:8200/shoot', { method: 'POST', mode: 'no-cors', body: '{}' })"
        "</script>",
        expected=seen,
    ),
    Page(
        id="camera-peer-connection",
        html=HEAD + "<script>const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:192.0.2.1' }] });"
        "peer.createDataChannel('x'); peer.createOffer().then((offer) => peer.setLocalDescription(offer));"
        "peer.onicecandidate = (event) => event.candidate && console.log('found', event.candidate.candidate)</script>",
        expected=lambda shots: seen(shots) and not said(shots, "found"),
    ),
]
