package dev.quarry.check;

/** The machine did what the model does not allow. */
final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Violation(String what) {
    super(what);
  }
}
