"""What a page of an app may do in a browser: the headers that every answer gets."""

from sandboxes.preview.settings import PreviewSettings

# the tokens of the frame's sandbox attribute, so that an app in a tab of its own may do no more than in its frame
SANDBOX = "allow-scripts allow-same-origin allow-forms allow-pointer-lock"
# What Chromium names. Left out: client hints, and sync-xhr, unload and aria-notify, which reach nothing.
_FEATURES = """
    accelerometer autoplay browsing-topics camera captured-surface-control clipboard-read clipboard-write
    compute-pressure cross-origin-isolated deferred-fetch deferred-fetch-minimal digital-credentials-create
    digital-credentials-get display-capture encrypted-media fullscreen gamepad geolocation gyroscope hid
    identity-credentials-get idle-detection interest-cohort keyboard-map language-detector language-model local-fonts
    local-network local-network-access loopback-network magnetometer microphone midi on-device-speech-recognition
    otp-credentials payment picture-in-picture private-state-token-issuance private-state-token-redemption
    publickey-credentials-create publickey-credentials-get screen-wake-lock serial speaker-selection storage-access
    summarizer translator usb window-management xr-spatial-tracking
"""
PERMISSIONS = ", ".join(f"{feature}=()" for feature in _FEATURES.split())


def app_headers(host: str, settings: PreviewSettings) -> list[tuple[str, str]]:
    """The headers of an answer of the app at `host`."""
    headers = [
        ("Content-Security-Policy", _content_policy(host, settings)),
        ("Permissions-Policy", PERMISSIONS),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Origin-Agent-Cluster", "?1"),
        ("X-DNS-Prefetch-Control", "off"),
    ]
    if not settings.egress:
        # beyond a content policy: name look-ups, connections made ahead, WebRTC, leaving by navigation. Redirects of
        # the app to elsewhere never reach the browser (`headers.location`).
        headers.append(("Connection-Allowlist", "(response-origin); redirects=allow; webrtc=block"))
    return headers


def own_headers(settings: PreviewSettings) -> list[tuple[str, str]]:
    """The headers of a page of the preview's own."""
    framers = " ".join(settings.arena_origins) or "'none'"
    return [
        ("Content-Security-Policy", f"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors {framers}"),
        ("Permissions-Policy", PERMISSIONS),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
    ]


def _content_policy(host: str, settings: PreviewSettings) -> str:
    socket = {"http": "ws", "https": "wss"}[settings.scheme]
    out = " https: wss:" if settings.egress else ""
    framers = " ".join(("'self'", *settings.arena_origins))
    return "; ".join(
        (
            f"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:{out}",
            f"connect-src 'self' {socket}://{host} data: blob:{out}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {framers}",
            f"sandbox {SANDBOX}",
        )
    )
