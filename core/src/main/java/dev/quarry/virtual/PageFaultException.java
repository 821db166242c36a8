package dev.quarry.virtual;

import dev.quarry.machine.UserError;

/** The kernel accessed an address that it has not mapped: what would be an oops. */
public final class PageFaultException extends IllegalStateException implements UserError {
  private static final long serialVersionUID = 1L;

  private final transient PageFault fault;

  PageFaultException(PageFault fault) {
    super(fault.text());
    this.fault = fault;
  }

  /** What happened. */
  public PageFault fault() {
    return fault;
  }
}
