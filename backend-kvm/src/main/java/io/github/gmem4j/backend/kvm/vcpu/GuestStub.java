package io.github.gmem4j.backend.kvm.vcpu;

import java.util.HexFormat;

/**
 * The code that runs in the guest: it reads a command from its mailbox, does it, leaves the result
 * there and reports through an I/O port, for ever.
 *
 * <pre>
 *  00  bf 00 20 00 00      start: mov  $0x2000, %edi    the mailbox
 *  05  8b 07               next:  mov  (%rdi), %eax     the command
 *  07  83 f8 01                   cmp  $1, %eax
 *  0a  74 0d                      je   load
 *  0c  83 f8 02                   cmp  $2, %eax
 *  0f  74 16                      je   store
 *  11  83 f8 03                   cmp  $3, %eax
 *  14  74 21                      je   call
 *  16  f4                         hlt
 *  17  eb ec                      jmp  next
 *  19  48 8b 6f 08         load:  mov  8(%rdi), %rbp    an address in the window
 *  1d  0f 01 7d 00                invlpg (%rbp)         the window shows another page now
 *  21  0f b6 45 00                movzbl (%rbp), %eax
 *  25  eb 27                      jmp  done
 *  27  48 8b 6f 08         store: mov  8(%rdi), %rbp
 *  2b  0f 01 7d 00                invlpg (%rbp)
 *  2f  8a 47 10                   mov  16(%rdi), %al
 *  32  88 45 00                   mov  %al, (%rbp)
 *  35  eb 17                      jmp  done
 *  37  48 8b 47 08         call:  mov  8(%rdi), %rax
 *  3b  48 8b 5f 10                mov  16(%rdi), %rbx
 *  3f  48 8b 4f 18                mov  24(%rdi), %rcx
 *  43  48 8b 57 20                mov  32(%rdi), %rdx
 *  47  48 8b 77 28                mov  40(%rdi), %rsi
 *  4b  0f 01 c1                   vmcall                or 0f 01 d9, vmmcall
 *  4e  48 89 47 30         done:  mov  %rax, 48(%rdi)
 *  52  e6 e0                      out  %al, $0xe0
 *  54  eb af                      jmp  next
 * </pre>
 *
 * <p>A process's privilege is enough for everything but {@code hlt} and {@code invlpg}, so that
 * calls can also be made without the kernel's.
 */
final class GuestStub {
  /** Command: load the byte at the first operand. */
  static final int LOAD = 1;

  /** Command: store the second operand's low byte at the first. */
  static final int STORE = 2;

  /** Command: call with the operands in RAX, RBX, RCX, RDX, RSI. */
  static final int CALL = 3;

  /** Every other command halts. */
  static final int HALT = 0;

  /** The port through which it reports. */
  static final int PORT = 0xE0;

  /** Where the command stands in the mailbox. */
  static final long COMMAND = 0;

  /** Where the five operands stand in the mailbox, 8 bytes each. */
  static final long OPERANDS = 8;

  /** Where the result stands in the mailbox. */
  static final long RESULT = 48;

  private static final int CALL_AT = 0x4B;

  private static final String CODE =
      "bf00200000"
          + "8b0783f801740d83f802741683f8037421f4ebec"
          + "488b6f080f017d000fb64500eb27"
          + "488b6f080f017d008a4710884500eb17"
          + "488b4708488b5f10488b4f18488b5720488b77280f01c1"
          + "48894730e6e0ebaf";

  private GuestStub() {}

  /** Returns the code with the instruction by which this processor calls its hypervisor. */
  static byte[] code(boolean vmmcall) {
    byte[] code = HexFormat.of().parseHex(CODE);
    if (vmmcall) {
      code[CALL_AT + 2] = (byte) 0xD9;
    }
    return code;
  }
}
