exports.letters = (text) => [...text].length;
