"""What browsers make of forms."""


def nothing_said(value: object) -> object:
    """A field of a form that was left empty says nothing."""
    return None if value == "" else value
