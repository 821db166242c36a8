package dev.quarry.replay.calls;

/**
 * What processes held at a time.
 *
 * @param model pages by {@link dev.quarry.virtual.space.RssKind}
 * @param kernel the same as the kernel counted them
 * @param tableBytes page tables of all processes and of the kernel's half
 */
public record SpaceSample(long micros, long[] model, long[] kernel, long tableBytes) {}
