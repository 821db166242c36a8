package dev.quarry.cli.lang;

/** A place in a script: line and column, both from 1. */
public record Position(int line, int column) {}
