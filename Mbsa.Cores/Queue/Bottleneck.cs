namespace Mbsa.Cores.Queue;

/// <summary>What a VCPU that is ready may have to wait for beside a core: room at bus or NVM.</summary>
internal enum Bottleneck
{
    /// <summary>Nothing: it computes, or as good as.</summary>
    None,

    /// <summary>The bus, of which it uses less than its part of the cores: it is never slowed down there, but slows down others.</summary>
    BesideBus,

    /// <summary>The bus, which it uses most.</summary>
    Bus,

    /// <summary>The NVM, of which it uses less than its part of the cores.</summary>
    BesideNvm,

    /// <summary>The NVM, which it uses most.</summary>
    Nvm,
}

/// <summary>What can be asked of a <see cref="Bottleneck"/>.</summary>
internal static class Bottlenecks
{
    /// <summary>How many there are.</summary>
    public const int Count = 5;

    /// <summary>All of them, those first that are the harder to pass.</summary>
    public static ReadOnlySpan<Bottleneck> HardestFirst =>
        [Bottleneck.Nvm, Bottleneck.BesideNvm, Bottleneck.Bus, Bottleneck.BesideBus, Bottleneck.None];

    /// <summary>Whether it is one of the bus.</summary>
    public static bool IsOfBus(this Bottleneck bottleneck) => bottleneck is Bottleneck.Bus or Bottleneck.BesideBus;

    /// <summary>Whether who waits there uses the resource most.</summary>
    public static bool IsDominant(this Bottleneck bottleneck) => bottleneck is Bottleneck.Bus or Bottleneck.Nvm;
}
