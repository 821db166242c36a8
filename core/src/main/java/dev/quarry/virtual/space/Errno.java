package dev.quarry.virtual.space;

/**
 * Why an operation did not happen: the numbers of include/uapi/asm-generic/errno*.h. System calls
 * return them negated.
 */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EIO = 5;
  public static final int E2BIG = 7;
  public static final int ENOEXEC = 8;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EFAULT = 14;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int EFBIG = 27;
  public static final int ENOSPC = 28;
  public static final int ELOOP = 40;
  public static final int EOVERFLOW = 75;
  public static final int ELIBBAD = 80;
  public static final int EOPNOTSUPP = 95;

  /** Only inside the kernel, and where it slips out. */
  public static final int ENOTSUPP = 524;

  /** Results from here to -1 are errors: MAX_ERRNO. */
  private static final long LOWEST = -4095;

  private Errno() {}

  /** Whether a result is a negated error number rather than an address: IS_ERR_VALUE. */
  public static boolean isError(long result) {
    return result < 0 && result >= LOWEST;
  }

  /** A result in words: {@code ENOMEM}, or the number in hexadecimal. */
  public static String text(long result) {
    if (!isError(result)) {
      return "0x" + Long.toHexString(result);
    }
    return switch ((int) -result) {
      case EPERM -> "EPERM";
      case ENOENT -> "ENOENT";
      case EIO -> "EIO";
      case E2BIG -> "E2BIG";
      case ENOEXEC -> "ENOEXEC";
      case EBADF -> "EBADF";
      case EAGAIN -> "EAGAIN";
      case ENOMEM -> "ENOMEM";
      case EACCES -> "EACCES";
      case EFAULT -> "EFAULT";
      case EBUSY -> "EBUSY";
      case EEXIST -> "EEXIST";
      case ENODEV -> "ENODEV";
      case EINVAL -> "EINVAL";
      case EFBIG -> "EFBIG";
      case ENOSPC -> "ENOSPC";
      case ELOOP -> "ELOOP";
      case EOVERFLOW -> "EOVERFLOW";
      case ELIBBAD -> "ELIBBAD";
      case EOPNOTSUPP -> "EOPNOTSUPP";
      case ENOTSUPP -> "ENOTSUPP";
      default -> "errno " + -result;
    };
  }
}
