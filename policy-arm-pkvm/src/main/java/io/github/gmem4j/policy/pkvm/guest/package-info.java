/** Guest kernels: how Linux and Android share and unshare, and where they stop. */
package io.github.gmem4j.policy.pkvm.guest;
