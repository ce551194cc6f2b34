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
 *  0a  74 12                      je   load
 *  0c  83 f8 02                   cmp  $2, %eax
 *  0f  74 1b                      je   store
 *  11  83 f8 03                   cmp  $3, %eax
 *  14  74 42                      je   call
 *  16  83 f8 04                   cmp  $4, %eax
 *  19  74 21                      je   clear
 *  1b  f4                         hlt
 *  1c  eb e7                      jmp  next
 *  1e  48 8b 6f 08         load:  mov  8(%rdi), %rbp    an address in the window
 *  22  0f 01 7d 00                invlpg (%rbp)         the window shows another page now
 *  26  0f b6 45 00                movzbl (%rbp), %eax
 *  2a  eb 43                      jmp  done
 *  2c  48 8b 6f 08         store: mov  8(%rdi), %rbp
 *  30  0f 01 7d 00                invlpg (%rbp)
 *  34  8a 47 10                   mov  16(%rdi), %al
 *  37  88 45 00                   mov  %al, (%rbp)
 *  3a  eb 33                      jmp  done
 *  3c  48 8b 6f 08         clear: mov  8(%rdi), %rbp
 *  40  0f 01 7d 00                invlpg (%rbp)
 *  44  31 c0                      xor  %eax, %eax
 *  46  b9 00 02 00 00             mov  $512, %ecx
 *  4b  48 89 ef                   mov  %rbp, %rdi
 *  4e  f3 48 ab                   rep stosq
 *  51  bf 00 20 00 00             mov  $0x2000, %edi
 *  56  eb 17                      jmp  done
 *  58  48 8b 47 08         call:  mov  8(%rdi), %rax
 *  5c  48 8b 5f 10                mov  16(%rdi), %rbx
 *  60  48 8b 4f 18                mov  24(%rdi), %rcx
 *  64  48 8b 57 20                mov  32(%rdi), %rdx
 *  68  48 8b 77 28                mov  40(%rdi), %rsi
 *  6c  0f 01 c1                   vmcall                or 0f 01 d9, vmmcall
 *  6f  48 89 47 30         done:  mov  %rax, 48(%rdi)
 *  73  e6 e0                      out  %al, $0xe0
 *  75  eb 8e                      jmp  next
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

  /** Command: clear the page at the first operand. */
  static final int CLEAR = 4;

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

  private static final int CALL_AT = 0x6C;

  private static final String CODE =
      "bf00200000"
          + "8b0783f801741283f802741b83f803744283f8047421f4ebe7"
          + "488b6f080f017d000fb64500eb43"
          + "488b6f080f017d008a4710884500eb33"
          + "488b6f080f017d0031c0b9000200004889eff348abbf00200000eb17"
          + "488b4708488b5f10488b4f18488b5720488b77280f01c1"
          + "48894730e6e0eb8e";

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
