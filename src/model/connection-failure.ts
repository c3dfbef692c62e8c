/**
 * What it means that a connection failed: whether it may pass, and whether a reply was under way.
 */
import type { Failure } from "./failed-try.ts";

/** By Node's codes. ECONNRESET is also its word for a connection that ended before an answer, or in the middle of one. */
const passingCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
]);
const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ERR_TLS/;
const protocolCode = /^HPE_|^EPROTO$|^ERR_SSL/;

/**
 * `begun`: text of a reply had come. Such a reply is paid for and is not asked for again; before that, a lost connection is a passing
 * failure like any other.
 */
export function failureOfConnection(error: Error, begun: boolean): Failure {
  const code = codeOf(error);
  const about = code === undefined ? "" : ` (${code})`;
  if (begun) return cutReply(about);
  if (code === "ENOTFOUND") {
    return {
      fault: "unavailable",
      what: `has an endpoint whose host is not known${about}`,
      remedy: "Check the host's name, and the network.",
    };
  }
  if (code !== undefined && certificateCode.test(code)) {
    return {
      fault: "unavailable",
      what: `has an endpoint whose certificate is not trusted${about}`,
      remedy: "Check the address. NODE_EXTRA_CA_CERTS names a file with certificates of your own.",
    };
  }
  if (code !== undefined && protocolCode.test(code)) {
    return {
      fault: "unreadable-reply",
      what: `answers with something that is not HTTP${about}`,
      remedy: "Check the endpoint's address, its port, and whether it begins with http or https.",
    };
  }
  return {
    fault: "unavailable",
    what: `cannot be reached${about}`,
    remedy: "Check that the endpoint's server runs, and its address.",
    passing: code !== undefined && passingCodes.has(code),
    wordless: code === "ECONNRESET",
  };
}

/** A reply that ended before its end: what came is paid for, and half a program is of no use. */
export function cutReply(about = ""): Failure {
  return { fault: "cut-reply", what: `broke off in the middle of its reply${about}` };
}

function codeOf(error: Error): string | undefined {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : undefined;
}
