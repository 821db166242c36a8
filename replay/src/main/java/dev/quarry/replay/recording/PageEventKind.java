package dev.quarry.replay.recording;

import dev.quarry.replay.compact.EventMark;
import org.jspecify.annotations.Nullable;

/** The events of the page allocator, by the kernel's tracepoint (include/trace/events/kmem.h). */
public enum PageEventKind {
  /** {@code mm_page_alloc}, line {@code A}: pages were handed out. */
  ALLOC("A", true),
  /** {@code mm_page_alloc} without a page, line {@code A!}: a request failed. */
  ALLOC_FAILED("A!", true),
  /** {@code mm_page_free}, line {@code F}: pages were given back. */
  FREE("F", true),
  /** {@code mm_page_free_batched}, line {@code B}: the page's owner gave it back in a batch. */
  FREE_BATCHED("B", false),
  /** {@code mm_page_alloc_zone_locked}, line {@code Z}: a block left the zone's free lists. */
  ZONE_LOCKED("Z", false),
  /** {@code mm_page_pcpu_drain}, line {@code D}: a block went from a per-CPU list to the zone. */
  PCPU_DRAIN("D", false),
  /** {@code mm_page_alloc_extfrag}, line {@code X}: a block came from another migrate type. */
  FALLBACK("X", false);

  private static final PageEventKind[] ALL = values();
  private static final @Nullable PageEventKind[] BY_LETTER = new @Nullable PageEventKind[256];

  static {
    for (PageEventKind kind : values()) {
      if (kind != ALLOC_FAILED) {
        BY_LETTER[kind.mark.charAt(0)] = kind;
      }
    }
  }

  private final String mark;
  private final boolean request;

  PageEventKind(String mark, boolean request) {
    this.mark = mark;
    this.request = request;
  }

  /** What the line begins with. */
  public String mark() {
    return mark;
  }

  /** Whether this is a request, and not an outcome inside the allocator. */
  public boolean isRequest() {
    return request;
  }

  /** The kind of this mark; the two have the same order. */
  public static PageEventKind of(EventMark mark) {
    return ALL[mark.ordinal()];
  }

  /** The kind whose line begins with this letter; null if there is none. */
  static @Nullable PageEventKind of(byte letter) {
    return BY_LETTER[letter & 0xff];
  }
}
