/**
 * Seeing the machine as Linux shows it: files of {@code /proc} in the kernel's own formats, so that
 * tools which read the kernel's files read these too.
 *
 * <p>Read next: {@link dev.quarry.observe.ProcFs}, the list of files; then each file's class.
 */
package dev.quarry.observe;
