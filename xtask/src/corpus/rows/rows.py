"""Compares insertions and deletions of rows with LibreOffice's own for `cargo xtask rows`: one JSON request a line on standard
input, one JSON answer a line. Its argument is a folder for a profile of its own.

Request: `original`, `ours` (a path; or null: then what LibreOffice itself saves after its edit is taken for it),
`sheet`, `delete` (whether rows go, otherwise they come), `before` (the row, from 1, that moves down, or the first that
goes), `count`, `seconds` of processor time that LibreOffice may take.
Answer: `ended` (one of the words below), and where that is `compared` the `differences`: kind, how many, where the
first is, what it is there, what it is here; or only `ran_out`, when the time was over.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import zipfile

sys.dont_write_bytecode = True

import uno
from com.sun.star.beans import NamedValue, PropertyValue
from com.sun.star.lang import IllegalArgumentException
from com.sun.star.uno import Exception as UnoError, RuntimeException

import compare
import dump

INSIDE = pathlib.Path(__file__).with_name("inside.py")

# How a look ends, apart from `compared`.
SHUT, ABSENT, BROKEN = "original does not open", "sheet is absent", "ours does not open"
REFUSED = {False: "insertion is refused", True: "deletion is refused"}
LOCKED = "sheet is protected by a password"
CRASHED = "LibreOffice ends while "

START_SECONDS = 60
# Sheets are read one after the other: threads that read several at once share what tells on which sheet a validation
# stands, so that it may come to stand on another one, from which it follows other rows.
SURROUNDINGS = {"LC_ALL": "C.UTF-8", "MAX_CONCURRENCY": "1"}
# Seconds on the clock for one of the processor: a machine may be shared, a program that waits for nothing ends.
SHARED = 10

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>1</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>1</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="UseLocking" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="UseDocumentOOoLockFile" oor:op="fuse"><value>false</value></prop></item>
</oor:items>
"""


class RanOut(Exception):
    """Time is over, which says nothing of the file."""


def setting(name, value):
    one = PropertyValue()
    one.Name, one.Value = name, value
    return one


class Office:
    """One LibreOffice, started when it is needed and ended with its whole process group."""

    def __init__(self, folder):
        self.profile = pathlib.Path(folder).resolve() / "profile"
        (self.profile / "user").mkdir(parents=True, exist_ok=True)
        (self.profile / "user/registrymodifications.xcu").write_text(PROFILE)
        self.process = self.desktop = self.teller = None
        self.ran_out = False

    def start(self):
        pipe = f"rows{os.getpid()}"
        self.process = subprocess.Popen(
            ["soffice", "--headless", "--invisible", "--norestore", "--nologo", "--nodefault",
             f"-env:UserInstallation={self.profile.as_uri()}", f"--accept=pipe,name={pipe};urp;"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, env={**os.environ, **SURROUNDINGS})
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except UnoError:
                if time.monotonic() > end:
                    self.stop()
                    raise
                time.sleep(0.1)
        made = context.ServiceManager.createInstanceWithContext
        self.desktop = made("com.sun.star.frame.Desktop", context)
        loader = made("com.sun.star.loader.Python", context)
        self.teller = loader.activate("rows.Teller", "", INSIDE.as_uri(), None).createInstanceWithContext(context)

    def stop(self):
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
        self.process = self.desktop = self.teller = None

    def is_alive(self):
        if self.process is None or self.process.poll() is not None:
            return False
        try:
            return self.desktop.Components is not None
        except UnoError:
            return False

    def processor_seconds(self):
        """What the group has used so far."""
        ticks = 0
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == self.process.pid:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def within(self, seconds, action):
        """Does something, and ends LibreOffice when it takes longer."""
        if not self.is_alive():
            self.stop()
            self.start()
        done, self.ran_out = threading.Event(), False
        before, clock = self.processor_seconds(), time.monotonic()

        def watch():
            while not done.wait(0.5):
                took = self.processor_seconds() - before
                if took > seconds or time.monotonic() - clock > seconds * SHARED:
                    self.ran_out = True
                    os.killpg(self.process.pid, signal.SIGKILL)
                    return

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            return action()
        finally:
            done.set()
            watcher.join()
            if self.ran_out:
                self.stop()
                raise RanOut

    def load(self, path):
        """A document, or None. Neither links nor macros nor formulas run."""
        settings = (setting("Hidden", True), setting("UpdateDocMode", 0), setting("MacroExecutionMode", 0))
        try:
            book = self.desktop.loadComponentFromURL(pathlib.Path(path).resolve().as_uri(), "_blank", 0, settings)
        except UnoError:
            if not self.is_alive():
                raise
            return None
        if book is not None and not book.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
            book.close(True)
            return None
        return book


    def dump(self, book, place, words):
        """What it holds of a book."""
        asked = NamedValue("book", book), NamedValue("asked", json.dumps([place, sorted(words)]))
        told = json.loads(self.teller.execute(asked))
        return {kind: {key(place): what for place, what in things} for kind, things in told}


def key(place):
    """A place as a key: the numbers of a cell come as a list."""
    return tuple(place) if isinstance(place, list) else place


def edited(book, request):
    """Has LibreOffice insert or delete the rows; how that ended, or None where it did."""
    if not book.Sheets.hasByName(request["sheet"]):
        return ABSENT
    book.enableAutomaticCalculation(False)
    book.UndoManager.lock()
    sheet = book.Sheets.getByName(request["sheet"])
    if sheet.isProtected():
        try:
            sheet.unprotect("")
        except IllegalArgumentException:
            return LOCKED
    rows, at, count, delete = sheet.Rows, request["before"] - 1, request["count"], request["delete"]
    if delete:
        return None if agrees(rows.removeByIndex, at, count) else REFUSED[delete]
    # LibreOffice refuses where the rows that move cut an array formula: as many as are inserted, so that one after
    # the other may go where all at once do not.
    if not agrees(rows.insertByIndex, at, count):
        for _ in range(count):
            if not agrees(rows.insertByIndex, at, 1):
                return REFUSED[delete]
    return None


def agrees(action, at, count):
    """Does something to rows; whether LibreOffice agrees."""
    try:
        action(at, count)
    except RuntimeException as error:
        if type(error) is not RuntimeException:
            raise
        return False
    return True


def traits(paths):
    """Which of the words that sheets of these files may hold they do hold, so that the rest is not looked for."""
    found = set()
    for path in paths:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if "sheet" in name.lower() and name.lower().endswith(".xml"):
                    text = package.read(name)
                    found.update(word for word in dump.WORDS if word.encode() in text)
                elif "pivottable" in name.lower():
                    found.add(dump.PIVOTS)
    return found


def refreshed(book):
    """Has pivot tables follow their sources, as they do when a file is opened."""
    for sheet in book.Sheets:
        for table in sheet.DataPilotTables:
            table.refresh()


def look(office, request, doing):
    """Both dumps, compared."""
    place = (request["sheet"], request["before"] - 1, 0 if request["delete"] else request["count"])
    doing.append("opening the original")
    book = office.load(request["original"])
    if book is None:
        return {"ended": SHUT}
    ours = request["ours"]
    try:
        doing.append("editing")
        refusal = edited(book, request)
        if refusal is not None:
            return {"ended": refusal}
        doing.append("telling what it made")
        words = traits(path for path in (request["original"], ours) if path is not None)
        if dump.PIVOTS in words:
            refreshed(book)
        if ours is not None:  # LibreOffice does not save styles as it found them
            words.add(dump.LOOKS)
        theirs = office.dump(book, place, words)
        if ours is None:
            ours = str(office.profile.parent / "own.xlsx")
            doing.append("saving")
            book.storeToURL(pathlib.Path(ours).as_uri(), (setting("FilterName", "Calc MS Excel 2007 XML"),))
    finally:
        close(book)
    doing.append("opening ours")
    book = office.load(ours)
    if book is None:
        return {"ended": BROKEN}
    try:
        doing.append("telling what we made")
        return {"ended": "compared", "differences": compare.differences(theirs, office.dump(book, place, words))}
    finally:
        close(book)


def close(book):
    try:
        book.close(True)
    except UnoError:
        pass  # it has ended, which is noticed elsewhere


def answer(office, request):
    doing = ["starting"]
    try:
        return office.within(request["seconds"], lambda: look(office, request, doing))
    except RanOut:
        return {"ran_out": True}
    except Exception as error:  # whatever it fails at is the answer
        alive = office.is_alive()
        office.stop()
        told = f"fails while {doing[-1]}: {str(error)[:200]}" if alive else CRASHED + doing[-1]
        return {"ended": told}


def main():
    office = Office(sys.argv[1])
    try:
        for line in sys.stdin:
            print(json.dumps(answer(office, json.loads(line))), flush=True)
    finally:
        office.stop()


main()
