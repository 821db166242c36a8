package dev.quarry.replay.slab;

/**
 * What a recording's kmalloc requests take under one geometry.
 *
 * @param name the geometry's
 * @param rule how a request is served, in a few words
 * @param mostBytes held at a time
 * @param askedThen bytes that were asked for at that time
 * @param endBytes held at the end
 * @param askedAtEnd bytes that are asked for at the end
 */
public record GeometryUse(
    String name, String rule, long mostBytes, long askedThen, long endBytes, long askedAtEnd) {
  /** Of what is held when it is most, the share that nobody asked for; 0 to 1. */
  public double waste() {
    return mostBytes == 0 ? 0 : 1 - (double) askedThen / mostBytes;
  }

  /** Of what is held at the end, the share that nobody asks for; 0 to 1. */
  public double wasteAtEnd() {
    return endBytes == 0 ? 0 : 1 - (double) askedAtEnd / endBytes;
  }
}
