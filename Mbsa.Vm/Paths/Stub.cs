namespace Mbsa.Vm.Paths;

/// <summary>
/// The twelve places of the paper's Figure 1B at which it took the time of a request on its way through the conventional stack.
/// The figure is lost; the text says what lies between them (section 4.2): parsing 1-2 and 5-6, context switches 2-3 and 10-11,
/// notification 4-5 and 11-12, the device 6-7.
/// </summary>
public enum Stub
{
    /// <summary>1: the program asks for the I/O; on a program that is behind, as soon as it could have.</summary>
    Asked,

    /// <summary>2: the front end has put the request on the ring.</summary>
    Offered,

    /// <summary>3: the kick has left the guest; as 2 when it was suppressed.</summary>
    Exited,

    /// <summary>4: the I/O thread was made ready; as 2 when the kick was suppressed.</summary>
    Kicked,

    /// <summary>5: the I/O thread runs and takes the request off the ring.</summary>
    Taken,

    /// <summary>6: the request is parsed and goes to the device.</summary>
    Parsed,

    /// <summary>7: the device is done.</summary>
    Served,

    /// <summary>8: what goes back to the guest is copied.</summary>
    Copied,

    /// <summary>9: the driver can see it in the used ring.</summary>
    Returned,

    /// <summary>10: the interrupt is pending; as 9 when it was suppressed.</summary>
    Interrupted,

    /// <summary>11: the VCPU is in the guest, and its handler begins.</summary>
    Entered,

    /// <summary>12: the program has its answer.</summary>
    Answered,
}
