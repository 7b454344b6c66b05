#load "../src/Scripting/svco.csx"

// Supervised finetuning on both sides of every pair.
var experiment = Experiment("sft_lvint")
    .Model(LlavaInterleave7B with { Frozen = VisionTower })
    .Objective(Sft())
    .Data(Mvc.Train.Doubled(), validation: Mvc.Validation.Doubled())
    .Train(PaperSettings with { LearningRate = 1e-6 });

return await experiment.Run(Args);
