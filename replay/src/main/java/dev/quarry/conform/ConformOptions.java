package dev.quarry.conform;

/**
 * What is to be compared.
 *
 * @param operations how many, at least
 * @param seed another one, other operations
 */
public record ConformOptions(long operations, long seed) {}
