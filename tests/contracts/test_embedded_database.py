"""The one file under ledger, archive and queue: connections, threads, processes."""

import os
import sqlite3
import threading

import pytest

from shared.adapters.embedded.database import Database
from shared.errors import Unavailable

SCHEMA = "CREATE TABLE IF NOT EXISTS word (text TEXT)"


def add(database, word):
    with database.write() as connection:
        connection.execute("INSERT INTO word VALUES (?)", (word,))


def words(database):
    with database.read() as connection:
        return [row["text"] for row in connection.execute("SELECT text FROM word ORDER BY text")]


def test_a_thread_keeps_one_connection_and_no_other_thread_has_it(tmp_path):
    database = Database(tmp_path / "words.db", SCHEMA)
    used = []

    def use():
        for _ in range(2):
            with database.read() as connection:
                used.append(connection)

    use()
    thread = threading.Thread(target=use)
    thread.start()
    thread.join()

    assert used[0] is used[1]
    assert used[2] is used[3]
    assert used[0] is not used[2]


def test_a_connection_is_closed_with_its_thread(tmp_path):
    database = Database(tmp_path / "words.db", SCHEMA)
    left = []

    def use():
        with database.read() as connection:
            left.append(connection)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        left[0].execute("SELECT 1")


def test_what_one_thread_commits_the_others_read(tmp_path):
    database = Database(tmp_path / "words.db", SCHEMA)
    threads = [threading.Thread(target=add, args=(database, str(n))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert words(database) == [str(n) for n in range(8)]


def test_a_transaction_that_fails_leaves_nothing_and_the_connection_goes_on(tmp_path):
    database = Database(tmp_path / "words.db", SCHEMA)

    def fail():
        with database.write() as connection:
            connection.execute("INSERT INTO word VALUES ('lost')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    add(database, "kept")

    assert words(database) == ["kept"]


def test_a_statement_that_cannot_be_run_is_unavailable_and_names_the_file(tmp_path):
    database = Database(tmp_path / "words.db", SCHEMA)

    with pytest.raises(Unavailable, match=r"words\.db"), database.write() as connection:
        connection.execute("SELECT * FROM nothing")


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_opens_a_connection_of_its_own(tmp_path):
    database = Database(tmp_path / "words.db", SCHEMA)
    add(database, "parent")
    with database.read() as connection:
        inherited = connection

    child = os.fork()
    if child == 0:
        with database.read() as connection:
            own = connection is not inherited
        add(database, "child")
        os._exit(0 if own else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert words(database) == ["child", "parent"]
