/** The platform seat: one VM's ties between guest memory and the ownership model at EL2. */
package io.github.gmem4j.policy.pkvm.platform;
