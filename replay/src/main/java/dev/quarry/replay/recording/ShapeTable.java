package dev.quarry.replay.recording;

import dev.quarry.replay.compact.EventBlock;
import dev.quarry.replay.compact.EventMark;
import dev.quarry.replay.compact.Shapes;

/** The shapes of a compact block as the reader's event takes them: made once for each block. */
final class ShapeTable {
  private final EventHeaders headers;
  private final PageEventOptions options;
  private EventShape[] shapes = {};

  ShapeTable(EventHeaders headers, PageEventOptions options) {
    this.headers = headers;
    this.options = options;
  }

  /** Takes the shapes of a block; false if the options do not allow all of its events. */
  boolean read(EventBlock block) {
    Shapes from = block.shapes();
    shapes = new EventShape[from.count()];
    boolean allowed = block.lastFrame() <= options.lastPfn();
    for (int i = 0; i < shapes.length; i++) {
      shapes[i] = read(from, i);
      allowed &= allows(shapes[i]);
    }
    return allowed;
  }

  private EventShape read(Shapes from, int number) {
    EventShape shape = new EventShape();
    EventMark mark = from.mark(number);
    shape.kind = PageEventKind.of(mark);
    shape.cpu = from.cpu(number);
    shape.tid = from.tid(number);
    shape.order = from.field(number, 0);
    shape.migrateType = from.field(number, 1);
    switch (mark) {
      case ALLOC, ALLOC_FAILED -> flags(shape, from.field(number, 2));
      case ZONE_LOCKED -> shape.flag = from.field(number, 2);
      case FALLBACK -> {
        shape.fallbackOrder = from.field(number, 1);
        shape.migrateType = from.field(number, 2);
        shape.fallbackType = from.field(number, 3);
        shape.flag = from.field(number, 4);
      }
      case FREE, FREE_BATCHED, PCPU_DRAIN -> {}
    }
    return shape;
  }

  private void flags(EventShape shape, int gfpNumber) {
    shape.gfpIndex = gfpNumber;
    if (headers.hasGfp(gfpNumber)) {
      shape.gfp = headers.gfpMask(gfpNumber);
      shape.gfpNames = headers.gfpNames(gfpNumber);
    }
  }

  private boolean allows(EventShape shape) {
    boolean allocates =
        shape.kind == PageEventKind.ALLOC || shape.kind == PageEventKind.ALLOC_FAILED;
    return (!allocates || headers.hasGfp(shape.gfpIndex))
        && shape.order <= options.maxOrder()
        && shape.fallbackOrder <= options.maxOrder()
        && shape.migrateType < options.nrMigrateTypes()
        && shape.fallbackType < options.nrMigrateTypes();
  }

  EventShape get(int number) {
    return shapes[number];
  }
}
