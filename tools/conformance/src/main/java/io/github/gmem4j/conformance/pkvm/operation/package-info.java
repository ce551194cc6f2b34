/** What a recording of generation P asks for, operation by operation, checked and typed. */
package io.github.gmem4j.conformance.pkvm.operation;
