"""What a user may rely on in `errors`: a message says where, what, and what to do."""

import pytest

from policytext.errors import PolicytextError, exit_with


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (PolicytextError("it is empty"), "it is empty"),
        (PolicytextError("it is empty", "Fill it."), "it is empty. Fill it."),
        (PolicytextError("It is empty.", "Fill it."), "It is empty. Fill it."),
        (PolicytextError("it is empty", file="a.csv"), "a.csv: it is empty"),
        (PolicytextError("no number", "Mend it.", file="a.csv", line=3), "a.csv:3: no number. Mend it."),
        (PolicytextError("no number", file="a.csv", line=3, column="start"), "a.csv:3 (column start): no number"),
        (PolicytextError("it failed", file="01.ipynb", cell=4), "01.ipynb (cell 4): it failed"),
        (PolicytextError("no", file="a", line=1, column="b", cell=2), "a:1 (column b, cell 2): no"),
    ],
)
def test_a_message_is_one_line_with_place_fault_and_remedy(error, text):
    assert str(error) == text


def test_json_holds_only_what_is_known():
    error = PolicytextError("no number", file="a.csv", line=3, exit_code=3)
    assert error.as_dict() == {"what": "no number", "file": "a.csv", "line": 3, "exit_code": 3}


def test_no_problem_is_no_error():
    exit_with([])


def test_a_single_problem_is_raised_as_it_is():
    problem = PolicytextError("one", exit_code=3)
    with pytest.raises(PolicytextError) as raised:
        exit_with([problem])
    assert raised.value is problem


def test_several_problems_are_told_together_and_end_as_the_first_does():
    problems = [PolicytextError("one", file="a.csv", line=2, exit_code=3), PolicytextError("two", exit_code=1)]
    with pytest.raises(PolicytextError) as raised:
        exit_with(problems)
    assert str(raised.value) == "2 problems:\n  a.csv:2: one\n  two"
    assert raised.value.exit_code == 3
