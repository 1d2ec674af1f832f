namespace Mbsa.Actors.Qos.Policies;

/// <summary>What a VCPU that is ready may have to wait for beside a core: room at bus or NVM.</summary>
internal enum Gate
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
