"""YAML as the simulators read and write it: by libyaml, where PyYAML was built with it.

It reads files of this project and drawn ones, which are valid; what others write is read by
`csms.settings.yaml_source`.
"""

from typing import Any, Final

import yaml

_LOADER: Final = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_DUMPER: Final = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper


def parse(text: str) -> Any:  # noqa: ANN401
    """What a text says.

    Raises:
        yaml.YAMLError: It is not YAML.
    """
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader


def spell(values: object) -> str:
    """Values as text, in their order, with short lists and mappings on one line."""
    return str(
        yaml.dump(values, Dumper=_DUMPER, sort_keys=False, default_flow_style=None, width=120)
    )
