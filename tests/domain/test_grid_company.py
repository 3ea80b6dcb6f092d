"""Grid companies and what is theirs to limit."""

from csms.domain.grid_company import FeederRef, GridCompany, hash_of

MAIN, YARD, ROOF = FeederRef("a", "main"), FeederRef("b", "yard"), FeederRef("b", "roof")
COMPANY = GridCompany(
    party_id="nett",
    name="Nett AS",
    token_hashes=(hash_of("one"), hash_of("other")),
    feeders=frozenset({MAIN}),
    groups={"area-7": {MAIN: 0.6, YARD: 0.4}},
)


def test_feeder_is_limited_by_itself_or_with_others() -> None:
    assert COMPANY.reach == {MAIN, YARD}
    assert COMPANY.shares(MAIN) == {MAIN: 1.0}
    assert COMPANY.shares("area-7") == {MAIN: 0.6, YARD: 0.4}


def test_what_is_not_theirs_has_no_share() -> None:
    assert COMPANY.shares(YARD) == {}
    assert COMPANY.shares(ROOF) == {}
    assert COMPANY.shares("area-8") == {}


def test_either_token_counts_and_no_other() -> None:
    assert COMPANY.has_token("one")
    assert COMPANY.has_token("other")
    assert not COMPANY.has_token("One")
    assert not COMPANY.has_token("")


def test_hash_is_the_one_that_other_programs_make() -> None:
    # printf abc | sha256sum
    assert hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
