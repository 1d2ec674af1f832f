using Mbsa.Host.Wording;
using Mbsa.Model.Results;

namespace Mbsa.Host.Figures;

/// <summary>Who got what of the host, what was promised, and whether the bytes were right.</summary>
internal static class ShareFigures
{
    private static readonly Figure[] _all =
    [
        Catalogue.Additive("cpu_seconds", Dimension.Time, "core time, I/O and computing together",
            (v, _) => v.CpuNs) with { Json = "cpu_seconds" },
        new("planned_share", Dimension.Percent, "the part of the host that the policy planned for it when the run ended")
        {
            OfVm = (v, _) => v.PlannedShare,
            Nothing = "the policy plans no shares",
            Json = "qos.planned_share",
        },
        Catalogue.Additive("dominant_share", Dimension.Percent, "the part of the host it used of what it used most: cores, bus or NVM",
            (v, run) => v.DominantShare(run.MeasuredNs)) with
        {
            Json = "qos.achieved_share",
            Row = new("share of host", FigureRow.Mean) { IsFirst = true },
            Columns =
            [
                new("share", Views.Page),
                new("planned", Views.Page)
                {
                    Cell = (v, _) => v.PlannedShare is { } planned ? Readable.Share(planned) : null,
                    When = run => run.Vms.Any(v => v.PlannedShare is not null),
                },
            ],
        },
        Catalogue.Additive("share", Dimension.Percent, "its part of the core time that all VMs used", (v, _) => v.CoreShare) with
        {
            Columns = [new("core share", Views.Terminal | Views.Page) { HasTotal = true }],
        },
        Catalogue.Additive("waiting", Dimension.Time, "time its VCPUs were ready to run and did not, summed over VCPUs",
            (v, _) => v.WaitingNs) with
        {
            Better = Better.Less,
            Json = "waiting_seconds",
            Live = (vm, _) => vm.WaitingNs,
            Instrument = new("mbsa.cpu.waiting_time", "s", IsCounter: true),
            Columns = [new("waiting", Views.Terminal | Views.Page) { HasTotal = true, MinWidth = Catalogue.WideTerminal }],
        },
        Catalogue.Additive("throttled", Dimension.Time, "time its limit kept it from running", (v, _) => v.Use.ThrottledNs) with
        {
            Json = "throttled_seconds",
            Live = (vm, _) => vm.ThrottledNs,
            Instrument = new("mbsa.cpu.throttled_time", "s", IsCounter: true),
            Columns =
            [
                new("limit", Views.Page) { Cell = (v, _) => Readable.Promise(v.Spec.Qos.Limit), When = IsAnybodyLimited },
                new("throttled", Views.Page) { When = IsAnybodyLimited },
            ],
        },
        new("misses", Dimension.Count,
            "windows of 100 ms in which it got less of its reservation than it was due while it wanted more; of a tenant epochs")
        {
            OfVm = (v, _) => Judged.Misses(v),
            OfHost = Judged.Misses,
            OfTenant = Judged.Misses,
            Nothing = Judged.NoWindow,
            NothingOfVm = Judged.WhyNever,
            CanBeSummed = true,
            Better = Better.Less,
            Json = "qos.reservation_misses",
            Live = (vm, _) => vm.ReservationMisses,
            Instrument = new("mbsa.reservation.misses", "{miss}", IsCounter: true, IsWhole: true),
            Columns =
            [
                new("reserved", Views.Page) { Cell = (v, _) => Readable.Promise(v.Spec.Qos.Reservation), When = IsAnythingReserved },
                new("missed", Views.Page)
                {
                    Cell = (v, _) => v.Use.ReservationWindows > 0
                        ? $"{v.Use.ReservationMisses} of {v.Use.ReservationWindows}"
                        : "never judged",
                    When = IsAnythingReserved,
                },
            ],
        },
        Catalogue.Additive("judged_windows", Dimension.Count, "windows of 100 ms in which a reservation could be missed",
            (v, _) => v.Use.ReservationWindows) with
        {
            Json = "qos.reservation_windows",
        },
        Catalogue.Additive("judged", Dimension.Time, "time in those windows in which it wanted more than it had",
            (v, _) => v.Use.ReservationJudgedNs) with
        {
            Json = "qos.reservation_judged_seconds",
            Columns =
            [
                new("judged", Views.Page)
                {
                    Cell = (v, run) => v.Use.ReservationWindows > 0
                        ? Readable.Share(v.Use.ReservationJudgedNs / (double)run.MeasuredNs)
                        : null,
                    When = IsAnythingReserved,
                },
            ],
        },
        new("missed", Dimension.Percent, "of the windows that were judged, the part in which the reservation was missed")
        {
            OfVm = (v, _) => Judged.Missed([v]),
            OfHost = run => Judged.Missed(run.Vms),
            Nothing = Judged.NoWindow,
            NothingOfVm = Judged.WhyNever,
            Better = Better.Less,
            Row = new("reservation misses", (_, vms, _) => Judged.Missed(vms)) { When = v => v.Spec.Qos.Reservation is not null },
        },
        Catalogue.Additive("blocks_verified", Dimension.Count, "blocks read back and compared", (v, _) => v.BlocksVerified) with
        {
            Columns = [new("verify", Views.Terminal) { Cell = (v, _) => Verify(v), When = run => run.Vms.Any(v => v.BlocksVerified > 0) }],
        },
        Catalogue.Additive("blocks_wrong", Dimension.Count, "of these, the ones that were not what was written",
            (v, _) => v.BlocksWrong) with { Better = Better.Less },
        Use("cpu", "cores", use => use.Cpu),
        Use("bus", "memory bus", use => use.Bus),
        Use("nvm", "NVM", use => use.Nvm),
    ];

    /// <summary>Every one of them, in the order they are documented.</summary>
    public static IReadOnlyList<Figure> All => _all;

    private static Figure Use(string resource, string what, Func<HostUtilisation, double> of) =>
        new($"utilisation.{resource}", Dimension.Percent, $"use of the {what}, 0 to 1")
        {
            OfHost = run => of(run.Utilisation),
            OfOneHost = host => of(host.Utilisation),
        };

    private static bool IsAnybodyLimited(RunResult run) => run.Vms.Any(v => v.Spec.Qos.Limit is not null);

    private static bool IsAnythingReserved(RunResult run) => run.Vms.Any(v => v.Spec.Qos.Reservation is not null);

    private static string? Verify(VmResult vm) => vm switch
    {
        { BlocksVerified: 0 } => null,
        { BlocksWrong: > 0 } => $"{Readable.Count(vm.BlocksWrong)} wrong",
        _ => $"{Readable.Count(vm.BlocksVerified)} ok",
    };
}
