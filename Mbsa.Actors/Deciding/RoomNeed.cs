namespace Mbsa.Actors.Deciding;

/// <summary>Parts of a host, each of the whole: 0.4 is 40 % of it.</summary>
/// <param name="Cores">Of its core time.</param>
/// <param name="Bus">Of its memory bus.</param>
/// <param name="Nvm">Of its NVM's throughput.</param>
/// <param name="Space">Of its NVM's data area.</param>
internal readonly record struct RoomNeed(double Cores, double Bus, double Nvm, double Space)
{
    /// <summary>The largest of them.</summary>
    public double Dominant => Math.Max(Math.Max(Cores, Bus), Math.Max(Nvm, Space));

    /// <summary>Whether something other than space is reserved.</summary>
    public bool IsReserved => Cores > 0 || Bus > 0 || Nvm > 0;

    /// <summary>
    /// The part of <paramref name="left"/> that is of the resource of which this takes most; cores before bus before NVM before space.
    /// </summary>
    public double OfDominant(in RoomNeed left) =>
        Cores >= Dominant ? left.Cores : Bus >= Dominant ? left.Bus : Nvm >= Dominant ? left.Nvm : left.Space;

    /// <summary>The most by which this is more than what is left; 0 or below where it fits.</summary>
    public double Lack(in RoomNeed left) =>
        Math.Max(Math.Max(Cores - left.Cores, Bus - left.Bus), Math.Max(Nvm - left.Nvm, Space - left.Space));

    /// <summary>Where this is what is left: how many times something fits into it; infinity for something that takes nothing.</summary>
    public double Fits(in RoomNeed need) =>
        Math.Min(Math.Min(Times(Cores, need.Cores), Times(Bus, need.Bus)), Math.Min(Times(Nvm, need.Nvm), Times(Space, need.Space)));

    /// <summary>The sum.</summary>
    public static RoomNeed operator +(RoomNeed a, RoomNeed b) => new(a.Cores + b.Cores, a.Bus + b.Bus, a.Nvm + b.Nvm, a.Space + b.Space);

    /// <summary>A multiple.</summary>
    public static RoomNeed operator *(RoomNeed need, double factor) =>
        new(need.Cores * factor, need.Bus * factor, need.Nvm * factor, need.Space * factor);

    /// <summary>The difference.</summary>
    public static RoomNeed operator -(RoomNeed a, RoomNeed b) => new(a.Cores - b.Cores, a.Bus - b.Bus, a.Nvm - b.Nvm, a.Space - b.Space);

    private static double Times(double left, double need) => need > 0 ? left / need : double.PositiveInfinity;
}
