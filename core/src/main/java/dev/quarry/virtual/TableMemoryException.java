package dev.quarry.virtual;

import dev.quarry.machine.UserError;

/** The machine has no memory left for page tables without which there is no address space. */
public final class TableMemoryException extends IllegalStateException implements UserError {
  private static final long serialVersionUID = 1L;

  public TableMemoryException(String message) {
    super(message);
  }
}
