#!/usr/bin/env python3
"""The program cvc5 by its Python package: reads SMT-LIB commands, answers each at once.

Debian 12 has cvc5 1.0.3, which is too old; the package (pip install cvc5==1.4.2) brings no program.
"""
import sys

import cvc5


def whole(lines):
    """Joins lines until the parentheses close, outside of strings and quoted names."""
    text, depth, quote = "", 0, ""
    for line in lines:
        for char in line:
            if quote:
                quote = "" if char == quote else quote
            elif char in '"|':
                quote = char
            elif char == ";":
                break
            else:
                depth += (char == "(") - (char == ")")
        text += line
        if depth == 0 and not quote and text.strip():
            yield text
            text = ""


class Session:
    """A solver from one reset to the next."""

    def __init__(self, options):
        terms = cvc5.TermManager()
        self.solver = cvc5.Solver(terms)
        for name, value in options:
            self.solver.setOption(name, value)
        self.symbols = cvc5.SymbolManager(terms)
        self.parser = cvc5.InputParser(self.solver, self.symbols)

    def run(self, text):
        """Runs the commands in the text; returns the last one's name."""
        name = ""
        self.parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "stdin")
        while not (command := self.parser.nextCommand()).isNull():
            name = command.getCommandName()
            if name not in ("reset", "exit"):
                print(command.invoke(self.solver, self.symbols), end="", flush=True)
        return name


def main():
    options = [one[2:].split("=", 1) for one in sys.argv[1:] if "=" in one]
    session = Session(options)
    for text in whole(sys.stdin):
        name = session.run(text)
        if name == "reset":
            session = Session(options)
        elif name == "exit":
            return


main()
