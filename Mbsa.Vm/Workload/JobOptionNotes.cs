namespace Mbsa.Vm.Workload;

/// <summary>
/// fio's options that do nothing here: those that are harmless, with the reason a user is told, and those that are refused.
/// The names are those of fio 3.33 (<c>fio --cmdhelp</c>, and <c>fio --enghelp</c> of the engines there are).
/// </summary>
internal static class JobOptionNotes
{
    private const string NoFiles = "files lie one behind the other on the VM's disk, always there and always open";
    private const string NoCache = "no page cache lies between a VM and its NVM";
    private const string OwnQueueing = "I/O is submitted one by one, and its end is seen as soon as there is one";
    private const string OwnReport = "Mbsa has its own report and time series";
    private const string OwnScheduler = "the scenario's QoS policy says who runs where and when";
    private const string OwnBytes = "buffers and their content are Mbsa's own";
    private const string Persistent = "every write is persistent when it completes";

    /// <summary>Ignored with one line of warning: name to reason.</summary>
    public static readonly IReadOnlyDictionary<string, string> Ignored = Spread(
        (NoFiles,
            "directory filename_format unique_filename lockfile opendir openfiles fallocate fadvise_hint"
            + " create_serialize create_fsync create_on_open allow_file_create "
            + "allow_mounted_write overwrite unlink unlink_each_loop pre_read"
            + " registerfiles"),
        (NoCache, "direct buffered invalidate uncached"),
        (Persistent, "sync fsync fdatasync sync_file_range write_barrier end_fsync fsync_on_close"),
        (OwnQueueing, "iodepth_batch iodepth_batch_complete_min iodepth_batch_complete_max iodepth_low"
            + " io_submit_mode serialize_overlap hipri hipri_percentage sqthread_poll "
            + "sqthread_poll_cpu nonvectored userspace_reap nowait force_async"),
        (OwnReport,
            "stats per_job_logs write_bw_log write_lat_log write_iops_log write_hist_log bwavgtime iopsavgtime"
            + " log_entries log_avg_msec log_hist_msec log_hist_coarseness "
            + "log_max_value log_offset log_prio log_compression log_compression_cpus"
            + " log_store_compressed log_unix_epoch log_alternate_epoch "
            + "log_alternate_epoch_clock_id block_error_percentiles clat_percentiles"
            + " lat_percentiles slat_percentiles percentile_list significant_figures "
            + "disk_util gtod_reduce disable_lat disable_clat disable_slat"
            + " disable_bw_measurement gtod_cpu clocksource unified_rw_reporting error_dump unit_base"),
        (OwnScheduler,
            "cpumask cpus_allowed cpus_allowed_policy numa_cpu_nodes numa_mem_policy nice prio prioclass ioscheduler cgroup cgroup_nodelete"
            + " cgroup_weight uid gid cmdprio cmdprio_class cmdprio_percentage cmdprio_bssplit"),
        (OwnBytes,
            "mem mem_align lockmem hugepage-size zero_buffers refill_buffers scramble_buffers buffer_pattern buffer_compress_percentage"
            + " buffer_compress_chunk dedupe_percentage dedupe_mode dedupe_working_set_percentage dedupe_global write_hint"
            + " fixedbufs thp"),
        ("a pass over a region needs no map in memory", "softrandommap"),
        ("every run repeats: seeds come from the scenario's", "randrepeat allrandrepeat"),
        ("there is one generator of random numbers", "random_generator"),
        ("jobs are threads of their VM", "thread"),
        ("an I/O does not fail", "exitall_on_error ignore_error continue_on_error"),
        ("what a CPU hog computes is not modelled", "cpumode"),
        ("blocks are checked at once, by the job that reads them", "verify_async verify_dump verify_state_load verify_state_save"),
        ("blocks are checked when the job reads them, and all at the end of the run; nothing is read for that in between",
            "verify_backlog verify_backlog_batch"),
        ("what is in a block for its verification is Mbsa's own", "verify_pattern verify_interval verify_offset experimental_verify"),
        ("operations count when they are submitted; with a synchronous engine it is the same", "thinktime_blocks_type"),
        ("the length of a burst is the quantum's", "cpuchunks"));

    /// <summary>Known and refused: name to what to do instead.</summary>
    public static readonly IReadOnlyDictionary<string, string> Refused = Spread(
        ("sizes are multiples of the smallest, and blocks are aligned to it from offset on", "bs_unaligned offset_align"),
        ("NVM has no trim", "trim_percentage trim_verify_zero trim_backlog trim_backlog_batch"),
        ("NVM has no zones",
            "zonemode zonesize zonecapacity zonerange zoneskip read_beyond_wp max_open_zones job_max_open_zones ignore_zone_limits"
            + " zone_reset_threshold zone_reset_frequency"),
        ("a job file never runs commands", "exec_prerun exec_postrun"),
        ("traces cannot be replayed or written",
            "write_iolog read_iolog read_iolog_chunked replay_no_stall replay_redirect replay_scale replay_align"
            + " replay_time_scale replay_skip merge_blktrace_file merge_blktrace_scalars merge_blktrace_iters"),
        ("give size or io_size", "file_append fill_device create_only"),
        ("give rate or rate_iops; limits of a VM are its QoS's",
            "rate_min rate_process rate_cycle rate_ignore_thinktime rate_iops_min flow flow_id"
            + " flow_sleep"),
        ("a run lasts as long as its scenario says",
            "steadystate steadystate_duration steadystate_ramp_time max_latency latency_target latency_window"
            + " latency_percentile latency_run"),
        ("a run begins with an empty disk: there is nothing to verify without a write", "verify_only"),
        ("give thinktime and thinktime_blocks", "thinktime_spin thinktime_iotime"),
        ("give runtime", "exit_on_io_done"),
        ("Mbsa does not emulate it", "atomic profile cmd_type"));

    /// <summary>Refused ones for which 0 and none are values as any others.</summary>
    private static readonly string[] _neverOff =
    [
        "exec_prerun", "exec_postrun", "write_iolog", "read_iolog", "replay_redirect",
        "merge_blktrace_file", "profile",
    ];

    /// <summary>Whether a value turns an option off, or is its default: then one that is refused asks for nothing.</summary>
    public static bool IsNeutral(string name, string? value) => (name, value?.Trim()) switch
    {
        ("rate_process", "linear") or ("ignore_zone_limits", "0") => true,
        (_, "0" or "none") => !_neverOff.Contains(name),
        _ => false,
    };

    private static Dictionary<string, string> Spread(params (string Reason, string Names)[] groups) =>
        groups.SelectMany(group => group.Names.Split(' ').Select(name => (name, group.Reason)))
            .ToDictionary(entry => entry.name, entry => entry.Reason, StringComparer.Ordinal);
}
