package dev.quarry.virtual.cache;

import dev.quarry.virtual.space.Errno;
import java.io.IOException;
import java.util.List;

/** What an error of the host's is here. Java tells a full disk by its message alone. */
final class HostError {
  private static final List<String> FULL = List.of("No space left", "quota exceeded");

  private HostError() {}

  private static boolean isFull(IOException e) {
    String message = String.valueOf(e.getMessage());
    return FULL.stream().anyMatch(message::contains);
  }

  static int errno(IOException e) {
    return isFull(e) ? Errno.ENOSPC : Errno.EIO;
  }

  /** {@link PageCache#NO_SPACE} or {@link PageCache#IO_ERROR}. */
  static int code(IOException e) {
    return isFull(e) ? PageCache.NO_SPACE : PageCache.IO_ERROR;
  }
}
