/// <summary>The words that a file of usings cannot bring.</summary>
partial class Program
{
    // The name SVco alone would be the namespace.
    static Objective SVco(double beta1, double beta2) => Objectives.SVco(beta1, beta2);

    static Objective SVco(double attendW, double rejectW, double attendL, double rejectL) =>
        Objectives.SVco(attendW, rejectW, attendL, rejectL);

    [System.Runtime.CompilerServices.ModuleInitializer]
    internal static void BeginWithSVco() => FileProgram.Begin();
}
