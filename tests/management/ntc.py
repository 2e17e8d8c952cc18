"""ntc-templates, as the tests of what we print use them."""

from ntc_templates.parse import parse_output

Parsed = dict[str, str | list[str]]


def parsed(command: str, text: str) -> list[Parsed]:
    """Every row the template finds; a line it does not know raises."""
    found: list[Parsed] = parse_output(platform="cisco_asa", command=command, data=text)
    return found


def picked(row: Parsed, *names: str) -> tuple[str | list[str], ...]:
    return tuple(row[name] for name in names)
