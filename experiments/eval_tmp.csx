#load "../src/Scripting/svco.csx"

// How an evaluation goes, in under a minute: two tiny checkpoints, a few questions of our own in the files of all eight benchmarks, and replies
// of a judge that were recorded. The numbers mean nothing.
string Bundled(string name) => Path.Combine(Repository.Root, "experiments", "eval_tiny", name);

var evaluation = Evaluation("tiny") with
{
    Models = [$"base={Bundled("base")}", $"tuned={Bundled("tuned")}"],
    Data = Bundled("benchmarks"),
    WithoutImages = true,
    Judge = JudgedBy.Server,
};

return await evaluation.Run(Args);
