"""Two dumps side by side."""
import dump

# Kinds of lengths in 1/100 mm, and by how much they may differ: rows without a stated height are as high as the fonts at
# hand make them.
ROUNDED = {"row heights": 300, "height of a shape": 300}


def place(key):
    """A place in words."""
    if isinstance(key, tuple):
        sheet, row, column = key
        return f"{sheet}!{dump.cell_name(column, row)}"
    return str(key)


def order(key):
    return (place(key) if not isinstance(key, tuple) else key[0], key[1:] if isinstance(key, tuple) else ())


def alike(kind, there, here):
    """Whether two things are the same. Heights come rounded to 1/100 mm from sums, so that one more or less is, and
    of what is drawn a tenth of a millimetre."""
    if kind in ROUNDED and there is not None and here is not None:
        return abs(there - here) <= ROUNDED[kind]
    return there == here


def differences(theirs, ours):
    """What differs, by kind: kind, how many, the first place, what it is there, what it is here."""
    told = []
    for kind in sorted(theirs.keys() | ours.keys()):
        there, here = theirs.get(kind, {}), ours.get(kind, {})
        if there == here:
            continue
        keys = there.keys() | here.keys()
        wrong = sorted((key for key in keys if not alike(kind, there.get(key), here.get(key))), key=order)
        if not wrong:
            continue
        first = wrong[0]
        told.append([kind, len(wrong), place(first), str(there.get(first)), str(here.get(first))])
    return told
