"""What a build learns of the host."""

from pathlib import Path

from sandboxes.host_settings import read_host_settings


def test_certificates_indexes_and_proxies_are_collected(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.crt"
    bundle.write_bytes(b"CERT")
    found = read_host_settings(
        {
            "SSL_CERT_FILE": str(bundle),
            "PIP_INDEX_URL": "https://user:word@pip.example/simple",
            "PIP_EXTRA_INDEX_URL": "file:///srv/simple https://more.example/simple",
            "https_proxy": "http://127.0.0.1:3128",
            "NPM_CONFIG_REGISTRY": "https://npm.example/",
        }
    )
    files = found.context_files()
    assert files[".host/ca-certificates.crt"] == b"CERT"
    pip = files[".host/pip.conf"].decode()
    assert "index-url = https://user:word@pip.example/simple\n" in pip
    assert "extra-index-url = https://more.example/simple\n" in pip
    assert "file:" not in pip
    assert "registry=https://npm.example/" in files[".host/npmrc"].decode()
    assert found.proxies == {"HTTPS_PROXY": "http://127.0.0.1:3128", "https_proxy": "http://127.0.0.1:3128"}
    assert found.network_mode == "host"


def test_pips_own_configuration_counts(tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex-url = https://conf.example/simple\ntrusted-host =\n  a.example\n  b.example\n")
    found = read_host_settings({"PIP_CONFIG_FILE": str(config)})
    assert found.pip["index-url"] == "https://conf.example/simple"
    assert found.pip["trusted-host"] == "a.example b.example"
    assert found.network_mode is None
