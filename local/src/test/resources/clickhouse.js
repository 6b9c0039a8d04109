// node clickhouse.js FOLDER FILE [TABLE RECORDS REVISIONS]...: executes the statements of a file, waits until each table has
// so many records of so many revisions in all, and prints them, a record a line behind the name of the table.
const { readFileSync } = require('fs');
const { Session } = require('chdb');

const [folder, file, ...tables] = process.argv.slice(2);
const clickhouse = new Session(folder);
const statements = readFileSync(file, 'utf8').replace(/^--.*$/gm, '').split(';').filter((statement) => statement.trim());
statements.forEach((statement) => clickhouse.query(statement));

const PATIENCE_MS = 180000;
const FORM = "SETTINGS output_format_json_quote_64bit_integers = 0, date_time_output_format = 'iso'";
const begin = Date.now();

function read() {
  for (let i = 0; i < tables.length; i += 3) {
    const there = clickhouse.query(`SELECT count(), sum(revision) FROM ${tables[i]} FINAL`, 'CSV').trim();
    if (there !== `${tables[i + 1]},${tables[i + 2]}`) {
      if (Date.now() - begin > PATIENCE_MS) {
        throw new Error(`${tables[i]} has ${there}, not ${tables[i + 1]},${tables[i + 2]}`);
      }
      setTimeout(read, 200);
      return;
    }
  }
  for (let i = 0; i < tables.length; i += 3) {
    const records = clickhouse.query(`SELECT * FROM ${tables[i]} FINAL ${FORM}`, 'JSONEachRow');
    records.split('\n').filter((record) => record).forEach((record) => console.log(`${tables[i]} ${record}`));
  }
  clickhouse.cleanup();
}
read();
