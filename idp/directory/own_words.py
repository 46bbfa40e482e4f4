"""What somebody who knows a person would try first as that person's password."""

from idp.identity import phone
from idp.identity.traits import Traits
from idp.models import Account, ChannelKind


def of(account: Account) -> list[str]:
    """Identifier, channels, NIR and traits, as `password_rules.check` takes them."""
    own = [account.login_identifier]
    for channel in account.channels:
        by_sms = channel.kind == ChannelKind.SMS
        own.append(phone.display(channel.value) if by_sms else channel.value)
    if account.holder is not None:
        own += [account.holder.nir, *Traits.from_json(account.holder.traits).dictionary]
    return own
