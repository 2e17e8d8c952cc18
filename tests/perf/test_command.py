"""The command line's refusals, and what it knows."""

import pytest

from controller.bench.perf.command import MEASUREMENTS, main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--repetitions", "0"], "wanted a whole number from 1 on"),
        (["--minutes", "x"], "'x': wanted a whole number"),
        (["speed"], "'speed': wanted power-cut, dead-unit,"),
        (["--", "--minutes", "-1"], "--minutes"),
    ],
)
def test_nonsense_is_refused_in_words_before_anything_is_built(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(words)
    assert refused.value.code == 2
    assert said in capsys.readouterr().err


def test_help_names_every_measurement(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(name in told for name in MEASUREMENTS)
