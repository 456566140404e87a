"""An executor for tests: each job is a process that reads the Snakefile again, as on a cluster.

``snakemake --executor processes --jobs 2``, with this folder on PYTHONPATH.
"""

import subprocess

from snakemake_interface_executor_plugins.executors.base import SubmittedJobInfo
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
from snakemake_interface_executor_plugins.settings import CommonSettings

common_settings = CommonSettings(
    non_local_exec=True,
    implies_no_shared_fs=False,
    job_deploy_sources=False,
    pass_default_storage_provider_args=True,
    pass_default_resources_args=True,
    pass_envvar_declarations_to_cmd=False,
    auto_deploy_default_storage_provider=False,
    init_seconds_before_status_checks=0,
)


class Executor(RemoteExecutor):
    """Starts each job on this machine."""

    def run_job(self, job):
        """Start a job."""
        process = subprocess.Popen(self.format_job_exec(job), shell=True)
        self.report_job_submission(SubmittedJobInfo(job, external_jobid=str(process.pid), aux={"process": process}))

    async def check_active_jobs(self, active_jobs):
        """Yield the jobs that still run."""
        for info in active_jobs:
            status = info.aux["process"].poll()
            if status is None:
                yield info
            elif status == 0:
                self.report_job_success(info)
            else:
                self.report_job_error(info)

    def cancel_jobs(self, active_jobs):
        """End the jobs."""
        for info in active_jobs:
            info.aux["process"].terminate()
