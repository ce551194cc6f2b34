package io.github.gmem4j.policy.snp.rmp;

/**
 * What each of the four privilege levels of a guest may do with a page, one byte each: bit 0 read,
 * 1 write, 2 execute as user, 3 execute as supervisor, 4 shadow stack. Level 0 may do everything.
 *
 * @param packed the byte of level {@code n} in bits {@code 8n+7:8n}
 */
public record VmplPermissions(int packed) {
  /** Number of levels. */
  public static final int LEVELS = 4;

  /** All permissions of one level. */
  public static final int ALL = 0x1F;

  /** What a page has that was just assigned: everything for level 0, nothing for the others. */
  public static final VmplPermissions INITIAL = new VmplPermissions(ALL);

  private static final int READ = 1;
  private static final int WRITE = 2;

  /** Tells whether a byte is a legal set: no unknown bit, and no writing without reading. */
  public static boolean isLegal(int permissions) {
    return (permissions & ~ALL) == 0 && ((permissions & WRITE) == 0 || (permissions & READ) != 0);
  }

  /** Returns the byte of one level. */
  public int of(int vmpl) {
    return packed >>> vmpl * Byte.SIZE & 0xFF;
  }

  /** Returns the permissions with another byte for one level. */
  public VmplPermissions with(int vmpl, int permissions) {
    int shift = vmpl * Byte.SIZE;
    return new VmplPermissions(packed & ~(0xFF << shift) | permissions << shift);
  }
}
