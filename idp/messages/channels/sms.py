"""SMS through whichever provider the setting `sms_url` names, by apprise."""

import logging
from urllib.parse import quote

from apprise import Apprise, AppriseAsset, NotifyFormat

from idp.config import Settings
from idp.messages.channels.outcome import Outgoing, Proceed, Temporary, Unreachable, Withdrawn

# Their warnings quote addresses, and the provider's address holds the number.
_TALKATIVE = ("apprise", "urllib3", "requests")


def send(settings: Settings, outgoing: Outgoing, proceed: Proceed) -> None:
    """Hand over to the provider; apprise says yes or no, and every no is temporary."""
    _silence()
    number = quote(outgoing.recipient, safe="")
    url = settings.sms_url.get_secret_value().replace("{to}", number)
    if not url:
        raise Unreachable("no SMS provider is set (IDP_SMS_URL)")
    # No thread pool for one provider, and nothing kept on disk.
    gateway = Apprise(asset=AppriseAsset(async_mode=False, secure_logging=True))
    provider = gateway.instantiate(url, asset=gateway.asset)
    if provider is None:
        raise Unreachable("the SMS provider's address is not one that apprise knows (IDP_SMS_URL)")
    provider.socket_connect_timeout = provider.socket_read_timeout = settings.message_timeout
    gateway.add(provider)
    if not proceed():
        raise Withdrawn("no longer to be sent")
    if not gateway.notify(body=outgoing.rendered.text, body_format=NotifyFormat.TEXT):
        raise Temporary("the SMS provider did not take the message")


def _silence() -> None:
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
