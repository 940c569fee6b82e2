import { Failure, failedRun, messageOf, refused } from '../run/failure.ts';
import { ApiError, classify, isConflict } from './errors.ts';

/** What a thrown error means for the run, in words for the operator (job contract: exit codes 1 and 3). */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof ApiError)) return failedRun(messageOf(error), error);
  if (error.status === 401) {
    return refused(
      `${error.message}. The credentials are not accepted: check the kubeconfig or the service account`,
    );
  }
  if (error.status === 403) {
    return refused(
      `${error.message}. Grant the right, for example by applying the manifest of this job again`,
    );
  }
  if (classify(error) === 'retry') {
    return failedRun(
      `${error.message}. Nothing is lost: start the job again when the API server answers`,
      error,
    );
  }
  if (isConflict(error)) {
    return failedRun(
      `${error.message}. Somebody keeps changing this object: find out who, then start the job again`,
      error,
    );
  }
  if ([400, 405, 413, 422].includes(error.status)) {
    return refused(
      `${error.message}. The API server will not take this request as it is: repair the object, or report it as a bug`,
    );
  }
  return failedRun(error.message, error);
}
