"""How many generated examples a test looks at."""

from hypothesis import settings

_USUAL = 100


def examples(usual: int) -> settings:
    """So many, or as many times more as the profile has more than a hundred (see `conftest`)."""
    profile = settings.get_profile(settings.get_current_profile_name())
    return settings(max_examples=usual * profile.max_examples // _USUAL)
