using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Planning;

/// <summary>
/// Whether a VM's reservation is kept, window by window of 100 ms. A window is judged for the part of it in which the VM wanted more
/// than it had: a VCPU was ready and did not run, or all of them ran or were ready. Its floor over that part is what it was due.
/// It is a miss when over the whole window the VM got less than that, by more than 1 % of its floor over the window.
/// What a VM pauses by itself is no miss (docs/QOS.md).
/// </summary>
/// <param name="cores">Cores of the host.</param>
/// <param name="quantumNs">Core time of a quantum, in nanoseconds: so long anybody may have to wait for somebody's to end.</param>
internal sealed class ReservationLedger(int cores, long quantumNs)
{
    /// <summary>Length of a window, in nanoseconds.</summary>
    public const long WindowNs = 100_000_000;

    /// <summary>
    /// A window that is cut short, at the end of a run or when its VM leaves, is judged when it is at least so long, in nanoseconds.
    /// </summary>
    public const long MinNs = 10_000_000;

    /// <summary>
    /// What may be missing, of the floor over a window;
    /// who wanted more for less of a window cannot be short by that much and is not judged.
    /// </summary>
    private const double Tolerance = 0.01;

    private Stretch _window;
    private bool _hasClosed;

    /// <summary>What was judged since the measured part began.</summary>
    public ReservationRecord Record { get; private set; }

    /// <summary>What was counted until now does not count: the measured part begins, or the VM comes.</summary>
    public void Begin(in UsageCounts counts, long nowNs)
    {
        (Record, _hasClosed) = (default, false);
        Resume(counts, nowNs);
    }

    /// <summary>A window begins; what was judged before counts.</summary>
    public void Resume(in UsageCounts counts, long nowNs) =>
        _window = new Stretch { Begin = counts, Last = counts, BeginNs = nowNs, LastNs = nowNs };

    /// <summary>Time has passed in which the VM was promised the same.</summary>
    /// <param name="counts">What the VM used and wanted until now.</param>
    /// <param name="reservedShare">Its reservation as a dominant share of the host; 0 for none.</param>
    /// <param name="nowNs">The scenario's clock.</param>
    public void Look(in UsageCounts counts, double reservedShare, long nowNs) => _window = _window.Until(counts, reservedShare, nowNs);

    /// <summary>The window is over, as it was looked at last: at its end, or before it when the VM leaves.</summary>
    public void Close()
    {
        _hasClosed = true;
        Record += Judge(_window);
        Resume(_window.Last, _window.LastNs);
    }

    /// <summary>What was judged until a moment, the window that is not over among it. Nothing changes.</summary>
    /// <param name="counts">What the VM used and wanted until now.</param>
    /// <param name="reservedShare">Its reservation as a dominant share of the host; 0 for none.</param>
    /// <param name="nowNs">The scenario's clock.</param>
    public ReservationRecord RecordAt(in UsageCounts counts, double reservedShare, long nowNs) =>
        Record + Judge(_window.Until(counts, reservedShare, nowNs));

    /// <summary>The first window is judged however short it is: there may be no other.</summary>
    private ReservationRecord Judge(in Stretch window)
    {
        var lengthNs = window.LastNs - window.BeginNs;
        if (window.FloorNs <= 0 || (_hasClosed && lengthNs < MinNs) || window.WantedNs < Tolerance * lengthNs)
        {
            return default;
        }

        var counts = window.Last.Since(window.Begin);
        var isMissed = DueNs(counts, window.DueNs, lengthNs) - counts.UseSoFar.DominantNs > Tolerance * window.FloorNs;
        return new ReservationRecord(1, isMissed ? 1 : 0, window.WantedNs);
    }

    /// <summary>
    /// What the VM was due. One whose own pauses keep it below its floor was due no more than it would have used:
    /// as if no VCPU had waited for longer, on average, than for the end of somebody's quantum, which nobody is interrupted for;
    /// but its floor at least for as long as it ran.
    /// </summary>
    private double DueNs(in UsageCounts counts, double dueNs, long lengthNs)
    {
        var (useNs, vcpuNs) = (counts.UseSoFar.DominantNs, counts.AttachedNs);
        var slowedNs = Math.Max(0, counts.HeldNs - counts.UseSoFar.CoresNs * cores);
        var ownNs = vcpuNs - counts.ReadyNs - slowedNs; // its pauses, and its work at full speed
        var excusedNs = Math.Min(counts.ReadyNs, (counts.Waits + vcpuNs / lengthNs) * quantumNs);
        if (useNs <= 0)
        {
            return dueNs * Math.Max(0, 1 - excusedNs / counts.WantedNs); // nothing tells what it would have used
        }

        if (ownNs <= 0 || useNs * vcpuNs / ownNs >= dueNs)
        {
            return dueNs;
        }

        var unhinderedNs = useNs * vcpuNs / (vcpuNs - (counts.ReadyNs - excusedNs));
        var whileRunningNs = dueNs / counts.WantedNs * lengthNs * counts.HeldNs / vcpuNs;
        return Math.Min(dueNs, Math.Max(unhinderedNs, whileRunningNs));
    }

    /// <summary>A window, or what there is of it.</summary>
    private readonly record struct Stretch
    {
        public UsageCounts Begin { get; init; }

        public UsageCounts Last { get; init; }

        public long BeginNs { get; init; }

        public long LastNs { get; init; }

        /// <summary>The floor over all of it, in nanoseconds of the whole host.</summary>
        public double FloorNs { get; init; }

        /// <summary>The floor over the part in which the VM wanted more.</summary>
        public double DueNs { get; init; }

        /// <summary>That part, as far as the VM had a floor.</summary>
        public long WantedNs { get; init; }

        public Stretch Until(in UsageCounts counts, double reservedShare, long nowNs)
        {
            var (passedNs, wantedNs) = (nowNs - LastNs, counts.WantedNs - Last.WantedNs);
            return this with
            {
                Last = counts,
                LastNs = nowNs,
                FloorNs = FloorNs + reservedShare * passedNs,
                DueNs = DueNs + reservedShare * wantedNs,
                WantedNs = WantedNs + (reservedShare > 0 ? wantedNs : 0),
            };
        }
    }
}

/// <summary>How a reservation was kept.</summary>
/// <param name="Windows">Windows in which the VM wanted more than it had for at least 1 % of the time.</param>
/// <param name="Misses">Of those, the ones in which it got less than it was due.</param>
/// <param name="JudgedNs">Time in those windows in which it wanted more, in nanoseconds.</param>
internal readonly record struct ReservationRecord(int Windows, int Misses, long JudgedNs)
{
    public static ReservationRecord operator +(in ReservationRecord a, in ReservationRecord b) =>
        new(a.Windows + b.Windows, a.Misses + b.Misses, a.JudgedNs + b.JudgedNs);
}
