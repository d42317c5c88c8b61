"""What a build needs to know of the host to get out: certificates, proxies, package indexes."""

import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE")
CA_DEFAULT = "/etc/ssl/certs/ca-certificates.crt"
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "FTP_PROXY")
INSIDE_CA = "/run/host/ca-certificates.crt"
PIP_OPTIONS = ("index-url", "extra-index-url", "trusted-host")


@dataclass(frozen=True, kw_only=True)
class HostSettings:
    """Certificates, proxies and indexes of this host."""

    ca_bundle: bytes
    proxies: Mapping[str, str]
    pip: Mapping[str, str]
    npm_registry: str

    def context_files(self) -> dict[str, bytes]:
        """The files a build stage finds in `/run/host`; the last stage does not get them."""
        pip = [f"{name} = {value}" for name, value in sorted(self.pip.items())]
        npm = [f"registry={self.npm_registry}"] if self.npm_registry else []
        apt: list[str] = []
        if self.ca_bundle:
            pip.append(f"cert = {INSIDE_CA}")
            npm.append(f"cafile={INSIDE_CA}")
            apt.append(f'Acquire::https::CaInfo "{INSIDE_CA}";')
        return {
            ".host/ca-certificates.crt": self.ca_bundle,
            ".host/pip.conf": "\n".join(["[global]", *pip, "disable-pip-version-check = true", ""]).encode(),
            ".host/npmrc": "\n".join([*npm, ""]).encode(),
            ".host/apt.conf": "\n".join(['Acquire::Retries "3";', *apt, ""]).encode(),
        }

    @property
    def network_mode(self) -> str | None:
        """`host` when the proxy listens on this host's loopback, where a build would not reach it."""
        local = any(re.search(r"//([^@/]*@)?(localhost|127\.)", value) for value in self.proxies.values())
        return "host" if local else None


def read_host_settings(environ: Mapping[str, str]) -> HostSettings:
    """Collect the settings from the environment, then from pip's own configuration."""
    return HostSettings(
        ca_bundle=_ca_bundle(environ),
        proxies=_proxies(environ),
        pip=_pip_options(environ),
        npm_registry=environ.get("NPM_CONFIG_REGISTRY") or environ.get("npm_config_registry") or "",
    )


def _ca_bundle(environ: Mapping[str, str]) -> bytes:
    for name in (*(environ.get(variable, "") for variable in CA_VARIABLES), CA_DEFAULT):
        if name and Path(name).is_file():
            return Path(name).read_bytes()
    return b""


def _proxies(environ: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for upper in PROXY_VARIABLES:
        value = environ.get(upper) or environ.get(upper.lower())
        if value:
            found |= {upper: value, upper.lower(): value}
    return found


def _pip_options(environ: Mapping[str, str]) -> dict[str, str]:
    configured = _pip_configuration(environ)
    found: dict[str, str] = {}
    for option in PIP_OPTIONS:
        value = environ.get("PIP_" + option.upper().replace("-", "_")) or configured.get(option, "")
        words = value.split()
        if option != "trusted-host":
            # a file: index of the host means nothing inside a build
            words = [word for word in words if word.startswith(("http://", "https://"))]
        if words:
            found[option] = " ".join(words)
    return found


def _pip_configuration(environ: Mapping[str, str]) -> dict[str, str]:
    command = [sys.executable, "-m", "pip", "config", "list"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, env=dict(environ))
    except (OSError, subprocess.TimeoutExpired):
        return {}
    found: dict[str, str] = {}
    for line in done.stdout.splitlines():
        key, _, value = line.partition("=")
        if key.startswith(("global.", "install.")):
            found[key.partition(".")[2]] = " ".join(shlex.split(value)).replace("\\n", " ")
    return found
