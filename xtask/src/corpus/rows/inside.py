"""A component that LibreOffice loads into its own process, where a dump need not ask for each cell across a pipe."""
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(__file__))

import unohelper
from com.sun.star.task import XJob

import dump


class Teller(unohelper.Base, XJob):
    """Tells what a book holds: `book` and the rest of what a dump asks for as JSON in `asked`; JSON comes back."""

    def __init__(self, context):
        self.context = context

    def execute(self, arguments):
        given = {one.Name: one.Value for one in arguments}
        place, words = json.loads(given["asked"])
        found = dump.dump(given["book"], tuple(place), set(words))
        return json.dumps([[kind, list(things.items())] for kind, things in found.items()])


# The name is the one that LibreOffice's loader looks for.
g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Teller, "rows.Teller", ("com.sun.star.task.Job",))
