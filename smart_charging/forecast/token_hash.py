"""What stands for id tokens in all that is kept for forecasts. It takes no pandas."""

from hashlib import sha256
from hmac import new as hmac


def token_hash(id_token: str, key: bytes) -> str:
    """What stands for an id token in all that is kept for forecasts.

    Without the key nobody finds the token again; whoever drops the key has forgotten all drivers.
    """
    return hmac(key, id_token.encode(), sha256).hexdigest()[:32]
