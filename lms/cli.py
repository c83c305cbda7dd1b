"""The commands of the house."""

import click

COMMANDS: tuple[click.Command, ...] = ()
