"""Taking the mate's configuration over that is here already, in part or whole."""

import pytest
from running_units import loaded, ok, unit

NAMED = "names\nname 10.1.1.1 web\n"
LIST = (
    "access-list 101 extended permit tcp any host 10.1.1.1 eq www\n"
    "access-list 101 extended permit tcp any host 10.1.1.2 eq 8080\n"
    "access-list 101 extended deny ip any any\n"
)
GROUPS = (
    "object-group network empty\nobject-group network servers\n"
    " network-object host 10.1.1.1\n network-object host 10.1.1.2\n"
)
BANNER = "banner motd a\nbanner motd\nbanner motd a\n"


@pytest.mark.parametrize("before", ["", NAMED, LIST, GROUPS, BANNER, LIST + GROUPS + BANNER])
@pytest.mark.parametrize("sent", ["", LIST, GROUPS + LIST, BANNER, NAMED + GROUPS + LIST + BANNER])
def test_the_mates_configuration_is_the_same_whatever_was_here(before: str, sent: str) -> None:
    active, here, empty = loaded(sent), loaded(before), unit()
    assert here.load_from_mate(active.text) == empty.load_from_mate(active.text) == ()
    assert here.text == empty.text == active.text
    assert here.digest == active.digest
    assert here.rules() == active.rules()
    assert here.settings() == empty.settings()


def test_a_line_that_was_typed_with_its_place_stands_where_the_mate_has_it() -> None:
    here = loaded(LIST)
    ok(here, "access-list 101 line 1 extended deny udp any any")
    active = loaded(LIST + "access-list 101 extended deny udp any any\n")
    assert here.load_from_mate(active.text) == ()
    assert here.text == active.text


def test_a_line_that_is_wrong_now_is_told_although_it_was_here() -> None:
    here = loaded(GROUPS + "access-list 101 extended permit ip object-group servers any\n")
    sent = "access-list 101 extended permit ip object-group servers any\n"
    faults = here.load_from_mate(sent)
    assert [(fault.number, fault.text) for fault in faults] == [(1, sent.strip())]
    assert "servers" not in here.text


def test_a_section_that_opens_another_mode_now_takes_its_own_lines() -> None:
    here = loaded("object-group network x\n network-object host 10.1.1.1\n")
    active = loaded("object-group service x tcp\n port-object eq www\n")
    assert here.load_from_mate(active.text) == ()
    assert here.text == active.text
