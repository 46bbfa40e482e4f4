import pytest

from idp.directory import addresses
from idp.directory.addresses import BadAddress


@pytest.mark.parametrize(
    "address",
    [
        "https://app.example/callback",
        "https://app.example:8443/a/b?c=d",
        "https://xn--caf-dma.example/",
        "http://127.0.0.1:8100/callback",
        "http://localhost/callback",
        "http://[::1]:8100/callback",
    ],
)
def test_https_and_http_on_this_machine_are_accepted(address: str) -> None:
    addresses.redirect(address, native=False)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/callback",
        "callback",
        "//app.example/callback",
        "https:///callback",
        "https:app.example",
        "http://app.example/callback",
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "https://ok.example@evil.example/",
        "http://localhost:80@evil.example/",
        "https://app.example/#fragment",
        "https://app.example/#",
        "https://*.example/callback",
        "https://app.example/call back",
        "https://app.example/é",
        "https://app.example/\n",
        'https://app.example/"onload=',
        "https://app.example/<script>",
        "https://app.example/%zz",
        "https://app.example\\@evil.example/",
        "https://app.example:99999/",
        "https://app.example:/",
        "https://App.example/",
        "https://app.example;script-src/",
        "https://'unsafe-inline'/",
        "https://-app.example/",
        "HTTPS://app.example/",
        "https://[fe80::1]/",
        "https://[not/",
        "https://app.example/?code=1",
        "https://app.example/?state",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "blob:https://app.example/1",
        "fr.example.app:/callback",
        "https://app.example/" + "a" * 2000,
    ],
)
def test_any_other_redirect_of_a_web_application_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        addresses.redirect(address, native=False)


def test_a_native_application_may_have_a_scheme_that_is_a_reversed_domain_name() -> None:
    addresses.redirect("fr.example.app:/callback", native=True)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:x", "app:/callback", "fr.example.app://host/callback"]
)
def test_a_native_application_may_have_no_other_scheme(address: str) -> None:
    with pytest.raises(BadAddress):
        addresses.redirect(address, native=True)


@pytest.mark.parametrize("host", ["dossier.dmp.fr", "localhost", "127.0.0.1"])
def test_a_host_is_in_small_letters(host: str) -> None:
    assert addresses.host(host) == host


@pytest.mark.parametrize("host", ["", "Dmp.fr", "dmp.fr:80", "dmp..fr", "https://dmp.fr", "é.fr"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(BadAddress):
        addresses.host(host)
