"""What others wrote is shown on a terminal, and never obeyed by it."""

from shared.cli.terminal.printing import console, print_decision, table

CLEAR = "\x1b[2J\x1b]0;owned\x07a\u202eb\x9b1m"


def test_no_text_commands_the_terminal_whether_in_a_line_or_in_a_table(capsys):
    rows = table("what")
    rows.add_row(CLEAR)
    console().print(CLEAR)
    console().print(rows)

    told = capsys.readouterr().out
    assert told.count("[2J]0;ownedab1m") == 2
    assert not set("\x1b\x07\x9b\u202e") & set(told)


def test_an_id_that_came_from_outside_is_no_command_to_a_pipeline(capsys):
    event = {"type": "a.CheckDue", "subject": "model/x", "time": "t", "id": "1 ##vso[task.x]"}
    print_decision(console(), {"event": event, "verdict": "pass", "findings": [], "actions": []})

    assert "##vso[" not in capsys.readouterr().out
