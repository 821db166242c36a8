package dev.quarry.conform;

/**
 * What is to be compared.
 *
 * @param operations how many, at least
 * @param seed another one, other operations
 * @param mostDifferences after so many it is enough
 */
public record ConformOptions(long operations, long seed, int mostDifferences) {}
